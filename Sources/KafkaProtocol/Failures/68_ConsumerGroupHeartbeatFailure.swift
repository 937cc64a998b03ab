extension ConsumerGroupHeartbeatRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> ConsumerGroupHeartbeatResponse? {
        var response = ConsumerGroupHeartbeatResponse()
        response.errorCode = code
        response.errorMessage = message
        return response
    }
}
