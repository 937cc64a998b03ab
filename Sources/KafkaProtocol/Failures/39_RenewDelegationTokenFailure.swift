extension RenewDelegationTokenRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> RenewDelegationTokenResponse? {
        var response = RenewDelegationTokenResponse()
        response.errorCode = code
        return response
    }
}
