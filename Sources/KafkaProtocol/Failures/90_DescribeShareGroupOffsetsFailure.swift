extension DescribeShareGroupOffsetsRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> DescribeShareGroupOffsetsResponse? {
        var response = DescribeShareGroupOffsetsResponse()
        response.groups = groups.map { asked in
            var row = DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponseGroup()
            row.groupId = asked.groupId
            row.errorMessage = message ?? code.message
            row.errorCode = code
            return row
        }
        return response
    }
}
