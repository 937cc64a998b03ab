extension ShareAcknowledgeRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> ShareAcknowledgeResponse? {
        var response = ShareAcknowledgeResponse()
        response.errorCode = code
        response.errorMessage = message
        return response
    }
}
