extension BrokerRegistrationRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> BrokerRegistrationResponse? {
        var response = BrokerRegistrationResponse()
        response.errorCode = code
        return response
    }
}
