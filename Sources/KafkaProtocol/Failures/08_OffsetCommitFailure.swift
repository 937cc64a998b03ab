extension OffsetCommitRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> OffsetCommitResponse? {
        typealias Topic = OffsetCommitResponse.OffsetCommitResponseTopic
        var response = OffsetCommitResponse()
        response.topics = topics.map { asked in
            var topic = Topic()
            topic.name = asked.name
            topic.topicId = asked.topicId
            topic.partitions = asked.partitions.map { asked in
                var partition = Topic.OffsetCommitResponsePartition()
                partition.partitionIndex = asked.partitionIndex
                partition.errorCode = code
                return partition
            }
            return topic
        }
        return response
    }
}
