extension ShareFetchRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> ShareFetchResponse? {
        var response = ShareFetchResponse()
        response.errorCode = code
        response.errorMessage = message
        return response
    }
}
