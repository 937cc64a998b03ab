extension RemoveRaftVoterRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> RemoveRaftVoterResponse? {
        var response = RemoveRaftVoterResponse()
        response.errorCode = code
        response.errorMessage = message ?? code.message
        return response
    }
}
