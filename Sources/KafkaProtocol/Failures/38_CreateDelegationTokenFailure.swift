extension CreateDelegationTokenRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> CreateDelegationTokenResponse? {
        var response = CreateDelegationTokenResponse()
        response.errorCode = code
        (response.principalType, response.principalName) = ("User", "ANONYMOUS")
        (response.tokenRequesterPrincipalType, response.tokenRequesterPrincipalName) = ("User", "ANONYMOUS")
        (response.issueTimestampMs, response.expiryTimestampMs, response.maxTimestampMs) = (-1, -1, -1)
        return response
    }
}
