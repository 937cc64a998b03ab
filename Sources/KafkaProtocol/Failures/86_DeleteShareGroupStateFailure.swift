extension DeleteShareGroupStateRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> DeleteShareGroupStateResponse? {
        typealias Topic = DeleteShareGroupStateResponse.DeleteStateResult
        var response = DeleteShareGroupStateResponse()
        response.results = topics.map { asked in
            var topic = Topic()
            topic.topicId = asked.topicId
            topic.partitions = asked.partitions.map { asked in
                var partition = Topic.PartitionResult()
                partition.partition = asked.partition
                partition.errorCode = code
                partition.errorMessage = message
                return partition
            }
            return topic
        }
        return response
    }
}
