extension EndQuorumEpochRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> EndQuorumEpochResponse? {
        var response = EndQuorumEpochResponse()
        response.errorCode = code
        return response
    }
}
