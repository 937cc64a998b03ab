extension AlterConfigsRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> AlterConfigsResponse? {
        var response = AlterConfigsResponse()
        response.responses = resources.map { asked in
            var row = AlterConfigsResponse.AlterConfigsResourceResponse()
            row.resourceType = asked.resourceType
            row.resourceName = asked.resourceName
            row.errorMessage = message
            row.errorCode = code
            return row
        }
        return response
    }
}
