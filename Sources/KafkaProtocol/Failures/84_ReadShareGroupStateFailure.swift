extension ReadShareGroupStateRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> ReadShareGroupStateResponse? {
        typealias Topic = ReadShareGroupStateResponse.ReadStateResult
        var response = ReadShareGroupStateResponse()
        response.results = topics.map { asked in
            var topic = Topic()
            topic.topicId = asked.topicId
            topic.partitions = asked.partitions.map { asked in
                var partition = Topic.PartitionResult()
                partition.partition = asked.partition
                partition.errorCode = code
                partition.errorMessage = message ?? code.message
                return partition
            }
            return topic
        }
        return response
    }
}
