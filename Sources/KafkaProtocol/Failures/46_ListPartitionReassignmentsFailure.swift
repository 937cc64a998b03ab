extension ListPartitionReassignmentsRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> ListPartitionReassignmentsResponse? {
        typealias Topic = ListPartitionReassignmentsResponse.OngoingTopicReassignment
        var response = ListPartitionReassignmentsResponse()
        response.errorCode = code
        response.errorMessage = message
        response.topics = (topics ?? []).map { asked in
            var topic = Topic()
            topic.name = asked.name
            topic.partitions = asked.partitionIndexes.map { index in
                var partition = Topic.OngoingPartitionReassignment()
                partition.partitionIndex = index
                return partition
            }
            return topic
        }
        return response
    }
}
