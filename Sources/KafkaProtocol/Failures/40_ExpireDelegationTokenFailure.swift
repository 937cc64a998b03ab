extension ExpireDelegationTokenRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> ExpireDelegationTokenResponse? {
        var response = ExpireDelegationTokenResponse()
        response.errorCode = code
        return response
    }
}
