extension ListConfigResourcesRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> ListConfigResourcesResponse? {
        var response = ListConfigResourcesResponse()
        response.errorCode = code
        return response
    }
}
