extension ListGroupsRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> ListGroupsResponse? {
        var response = ListGroupsResponse()
        response.errorCode = code
        return response
    }
}
