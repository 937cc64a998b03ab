extension DescribeTopicPartitionsRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> DescribeTopicPartitionsResponse? {
        var response = DescribeTopicPartitionsResponse()
        response.topics = topics.map { asked in
            var row = DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic()
            row.name = asked.name
            row.errorCode = code
            return row
        }
        return response
    }
}
