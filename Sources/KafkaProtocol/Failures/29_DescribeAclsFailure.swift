extension DescribeAclsRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> DescribeAclsResponse? {
        var response = DescribeAclsResponse()
        response.errorCode = code
        response.errorMessage = message
        return response
    }
}
