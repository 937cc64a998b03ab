extension UnregisterBrokerRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> UnregisterBrokerResponse? {
        var response = UnregisterBrokerResponse()
        response.errorCode = code
        response.errorMessage = message ?? code.message
        return response
    }
}
