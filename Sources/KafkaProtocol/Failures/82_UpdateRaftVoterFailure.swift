extension UpdateRaftVoterRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> UpdateRaftVoterResponse? {
        var response = UpdateRaftVoterResponse()
        response.errorCode = code
        return response
    }
}
