extension EnvelopeRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> EnvelopeResponse? {
        var response = EnvelopeResponse()
        response.errorCode = code
        return response
    }
}
