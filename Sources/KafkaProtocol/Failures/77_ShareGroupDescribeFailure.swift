extension ShareGroupDescribeRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> ShareGroupDescribeResponse? {
        var response = ShareGroupDescribeResponse()
        response.groups = groupIds.map { id in
            var group = ShareGroupDescribeResponse.DescribedGroup()
            group.groupId = id
            group.errorCode = code
            group.errorMessage = message
            return group
        }
        return response
    }
}
