extension AddRaftVoterRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> AddRaftVoterResponse? {
        var response = AddRaftVoterResponse()
        response.errorCode = code
        response.errorMessage = message ?? code.message
        return response
    }
}
