extension DeleteAclsRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> DeleteAclsResponse? {
        var row = DeleteAclsResponse.DeleteAclsFilterResult()
        row.errorCode = code
        row.errorMessage = message
        var response = DeleteAclsResponse()
        response.filterResults = Array(repeating: row, count: filters.count)
        return response
    }
}
