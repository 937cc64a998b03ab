extension DeleteGroupsRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> DeleteGroupsResponse? {
        var response = DeleteGroupsResponse()
        response.results = groupsNames.map { asked in
            var row = DeleteGroupsResponse.DeletableGroupResult()
            row.groupId = asked
            row.errorCode = code
            return row
        }
        return response
    }
}
