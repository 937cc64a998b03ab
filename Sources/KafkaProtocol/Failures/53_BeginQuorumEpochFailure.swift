extension BeginQuorumEpochRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> BeginQuorumEpochResponse? {
        var response = BeginQuorumEpochResponse()
        response.errorCode = code
        return response
    }
}
