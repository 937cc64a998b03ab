extension ConsumerGroupDescribeRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> ConsumerGroupDescribeResponse? {
        var response = ConsumerGroupDescribeResponse()
        response.groups = groupIds.map { id in
            var group = ConsumerGroupDescribeResponse.DescribedGroup()
            group.groupId = id
            group.errorCode = code
            group.errorMessage = message
            return group
        }
        return response
    }
}
