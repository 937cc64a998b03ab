extension SaslAuthenticateRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> SaslAuthenticateResponse? {
        var response = SaslAuthenticateResponse()
        response.errorCode = code
        response.errorMessage = message
        return response
    }
}
