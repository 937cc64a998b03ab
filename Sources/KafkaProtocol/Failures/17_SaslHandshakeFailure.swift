extension SaslHandshakeRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> SaslHandshakeResponse? {
        var response = SaslHandshakeResponse()
        response.errorCode = code
        return response
    }
}
