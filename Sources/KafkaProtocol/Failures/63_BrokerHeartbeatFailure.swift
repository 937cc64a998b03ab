extension BrokerHeartbeatRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> BrokerHeartbeatResponse? {
        var response = BrokerHeartbeatResponse()
        response.errorCode = code
        return response
    }
}
