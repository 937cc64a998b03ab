extension CreateTopicsRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> CreateTopicsResponse? {
        var response = CreateTopicsResponse()
        response.topics = topics.map { asked in
            var row = CreateTopicsResponse.CreatableTopicResult()
            row.name = asked.name
            row.errorMessage = message
            row.errorCode = code
            return row
        }
        return response
    }
}
