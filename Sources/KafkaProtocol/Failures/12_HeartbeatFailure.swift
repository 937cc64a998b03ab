extension HeartbeatRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> HeartbeatResponse? {
        var response = HeartbeatResponse()
        response.errorCode = code
        return response
    }
}
