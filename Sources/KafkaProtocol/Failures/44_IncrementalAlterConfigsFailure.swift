extension IncrementalAlterConfigsRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> IncrementalAlterConfigsResponse? {
        var response = IncrementalAlterConfigsResponse()
        response.responses = resources.map { asked in
            var row = IncrementalAlterConfigsResponse.AlterConfigsResourceResponse()
            row.resourceType = asked.resourceType
            row.resourceName = asked.resourceName
            row.errorMessage = message
            row.errorCode = code
            return row
        }
        return response
    }
}
