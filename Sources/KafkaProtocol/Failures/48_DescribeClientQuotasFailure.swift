extension DescribeClientQuotasRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> DescribeClientQuotasResponse? {
        var response = DescribeClientQuotasResponse()
        response.errorCode = code
        response.errorMessage = message
        response.entries = nil
        return response
    }
}
