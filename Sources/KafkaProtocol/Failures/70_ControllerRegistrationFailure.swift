extension ControllerRegistrationRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> ControllerRegistrationResponse? {
        var response = ControllerRegistrationResponse()
        response.errorCode = code
        response.errorMessage = message ?? code.message
        return response
    }
}
