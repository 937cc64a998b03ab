/// From version 4 for the whole, before in each partition.
extension AddPartitionsToTxnRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> AddPartitionsToTxnResponse? {
        typealias Topic = AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult
        var response = AddPartitionsToTxnResponse()
        guard version < 4 else {
            response.errorCode = code
            return response
        }
        response.resultsByTopicV3AndBelow = v3AndBelowTopics.map { asked in
            var topic = Topic()
            topic.name = asked.name
            topic.resultsByPartition = asked.partitions.map { index in
                var partition = AddPartitionsToTxnResponse.AddPartitionsToTxnPartitionResult()
                partition.partitionIndex = index
                partition.partitionErrorCode = code
                return partition
            }
            return topic
        }
        return response
    }
}
