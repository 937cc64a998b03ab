extension OffsetForLeaderEpochRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> OffsetForLeaderEpochResponse? {
        typealias Topic = OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult
        var response = OffsetForLeaderEpochResponse()
        response.topics = topics.map { asked in
            var topic = Topic()
            topic.topic = asked.topic
            topic.partitions = asked.partitions.map { asked in
                var partition = Topic.EpochEndOffset()
                partition.partition = asked.partition
                partition.errorCode = code
                return partition
            }
            return topic
        }
        return response
    }
}
