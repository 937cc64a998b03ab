extension DescribeConfigsRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> DescribeConfigsResponse? {
        var response = DescribeConfigsResponse()
        response.results = resources.map { asked in
            var row = DescribeConfigsResponse.DescribeConfigsResult()
            row.resourceType = asked.resourceType
            row.resourceName = asked.resourceName
            row.errorMessage = message ?? code.message
            row.errorCode = code
            return row
        }
        return response
    }
}
