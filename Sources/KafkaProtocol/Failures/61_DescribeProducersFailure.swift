extension DescribeProducersRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> DescribeProducersResponse? {
        typealias Topic = DescribeProducersResponse.TopicResponse
        var response = DescribeProducersResponse()
        response.topics = topics.map { asked in
            var topic = Topic()
            topic.name = asked.name
            topic.partitions = asked.partitionIndexes.map { index in
                var partition = Topic.PartitionResponse()
                partition.partitionIndex = index
                partition.errorCode = code
                partition.errorMessage = message
                return partition
            }
            return topic
        }
        return response
    }
}
