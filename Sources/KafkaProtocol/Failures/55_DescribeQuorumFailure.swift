extension DescribeQuorumRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> DescribeQuorumResponse? {
        var response = DescribeQuorumResponse()
        response.errorCode = code
        response.errorMessage = message ?? code.message
        return response
    }
}
