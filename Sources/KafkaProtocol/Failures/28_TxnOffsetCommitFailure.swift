extension TxnOffsetCommitRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> TxnOffsetCommitResponse? {
        typealias Topic = TxnOffsetCommitResponse.TxnOffsetCommitResponseTopic
        var response = TxnOffsetCommitResponse()
        response.topics = topics.map { asked in
            var topic = Topic()
            topic.name = asked.name
            topic.partitions = asked.partitions.map { asked in
                var partition = Topic.TxnOffsetCommitResponsePartition()
                partition.partitionIndex = asked.partitionIndex
                partition.errorCode = code
                return partition
            }
            return topic
        }
        return response
    }
}
