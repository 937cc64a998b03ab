extension VoteRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> VoteResponse? {
        var response = VoteResponse()
        response.errorCode = code
        return response
    }
}
