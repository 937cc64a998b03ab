extension DescribeClusterRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> DescribeClusterResponse? {
        var response = DescribeClusterResponse()
        response.errorCode = code
        response.errorMessage = message
        return response
    }
}
