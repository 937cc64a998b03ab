extension CreateAclsRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> CreateAclsResponse? {
        var row = CreateAclsResponse.AclCreationResult()
        row.errorCode = code
        row.errorMessage = message
        var response = CreateAclsResponse()
        response.results = Array(repeating: row, count: creations.count)
        return response
    }
}
