/// In each partition, and from version 1 for the whole: a request about all partitions names none.
extension ElectLeadersRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> ElectLeadersResponse? {
        typealias Topic = ElectLeadersResponse.ReplicaElectionResult
        var response = ElectLeadersResponse()
        response.errorCode = code
        response.replicaElectionResults = (topicPartitions ?? []).map { asked in
            var topic = Topic()
            topic.topic = asked.topic
            topic.partitionResult = asked.partitions.map { index in
                var partition = Topic.PartitionResult()
                partition.partitionId = index
                partition.errorCode = code
                partition.errorMessage = message
                return partition
            }
            return topic
        }
        return response
    }
}
