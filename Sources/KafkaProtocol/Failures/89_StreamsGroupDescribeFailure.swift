extension StreamsGroupDescribeRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> StreamsGroupDescribeResponse? {
        var response = StreamsGroupDescribeResponse()
        response.groups = groupIds.map { id in
            var group = StreamsGroupDescribeResponse.DescribedGroup()
            group.groupId = id
            group.errorCode = code
            group.errorMessage = message
            return group
        }
        return response
    }
}
