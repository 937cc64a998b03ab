extension DeleteRecordsRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> DeleteRecordsResponse? {
        typealias Topic = DeleteRecordsResponse.DeleteRecordsTopicResult
        var response = DeleteRecordsResponse()
        response.topics = topics.map { asked in
            var topic = Topic()
            topic.name = asked.name
            topic.partitions = asked.partitions.map { asked in
                var partition = Topic.DeleteRecordsPartitionResult()
                partition.partitionIndex = asked.partitionIndex
                partition.errorCode = code
                partition.lowWatermark = -1
                return partition
            }
            return topic
        }
        return response
    }
}
