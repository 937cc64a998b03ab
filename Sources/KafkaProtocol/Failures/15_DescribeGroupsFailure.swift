extension DescribeGroupsRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> DescribeGroupsResponse? {
        var response = DescribeGroupsResponse()
        response.groups = groups.map { asked in
            var row = DescribeGroupsResponse.DescribedGroup()
            row.groupId = asked
            row.errorMessage = message
            row.errorCode = code
            return row
        }
        return response
    }
}
