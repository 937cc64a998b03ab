extension AlterPartitionReassignmentsRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> AlterPartitionReassignmentsResponse? {
        typealias Topic = AlterPartitionReassignmentsResponse.ReassignableTopicResponse
        var response = AlterPartitionReassignmentsResponse()
        response.errorCode = code
        response.errorMessage = message
        response.responses = topics.map { asked in
            var topic = Topic()
            topic.name = asked.name
            topic.partitions = asked.partitions.map { asked in
                var partition = Topic.ReassignablePartitionResponse()
                partition.partitionIndex = asked.partitionIndex
                partition.errorCode = code
                partition.errorMessage = message
                return partition
            }
            return topic
        }
        return response
    }
}
