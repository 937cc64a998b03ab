extension DeleteTopicsRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> DeleteTopicsResponse? {
        var response = DeleteTopicsResponse()
        let asked: [(name: String?, id: Uuid)] = version >= 6 ? topics.map { ($0.name, $0.topicId) } : topicNames.map { ($0, .zero) }
        response.responses = asked.map { topic in
            var row = DeleteTopicsResponse.DeletableTopicResult()
            row.name = topic.name
            row.topicId = topic.id
            row.errorCode = code
            row.errorMessage = message
            return row
        }
        return response
    }
}
