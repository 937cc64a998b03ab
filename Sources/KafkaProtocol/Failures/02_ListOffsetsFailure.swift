extension ListOffsetsRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> ListOffsetsResponse? {
        typealias Topic = ListOffsetsResponse.ListOffsetsTopicResponse
        var response = ListOffsetsResponse()
        response.topics = topics.map { asked in
            var topic = Topic()
            topic.name = asked.name
            topic.partitions = asked.partitions.map { asked in
                var partition = Topic.ListOffsetsPartitionResponse()
                partition.partitionIndex = asked.partitionIndex
                partition.errorCode = code
                return partition
            }
            return topic
        }
        return response
    }
}
