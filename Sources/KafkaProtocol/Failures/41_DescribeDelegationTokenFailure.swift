extension DescribeDelegationTokenRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> DescribeDelegationTokenResponse? {
        var response = DescribeDelegationTokenResponse()
        response.errorCode = code
        return response
    }
}
