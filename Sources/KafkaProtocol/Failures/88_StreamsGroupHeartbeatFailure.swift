extension StreamsGroupHeartbeatRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> StreamsGroupHeartbeatResponse? {
        var response = StreamsGroupHeartbeatResponse()
        response.errorCode = code
        response.errorMessage = message
        return response
    }
}
