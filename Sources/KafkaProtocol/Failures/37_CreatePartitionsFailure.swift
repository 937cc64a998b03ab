extension CreatePartitionsRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> CreatePartitionsResponse? {
        var response = CreatePartitionsResponse()
        response.results = topics.map { asked in
            var row = CreatePartitionsResponse.CreatePartitionsTopicResult()
            row.name = asked.name
            row.errorMessage = message
            row.errorCode = code
            return row
        }
        return response
    }
}
