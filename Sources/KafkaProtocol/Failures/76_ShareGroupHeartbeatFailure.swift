extension ShareGroupHeartbeatRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> ShareGroupHeartbeatResponse? {
        var response = ShareGroupHeartbeatResponse()
        response.errorCode = code
        response.errorMessage = message
        return response
    }
}
