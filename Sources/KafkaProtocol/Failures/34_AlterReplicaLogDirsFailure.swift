extension AlterReplicaLogDirsRequest {
    public func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> AlterReplicaLogDirsResponse? {
        typealias Topic = AlterReplicaLogDirsResponse.AlterReplicaLogDirTopicResult
        var response = AlterReplicaLogDirsResponse()
        response.results = dirs.flatMap(\.topics).map { asked in
            var topic = Topic()
            topic.topicName = asked.name
            topic.partitions = asked.partitions.map { index in
                var partition = Topic.AlterReplicaLogDirPartitionResult()
                partition.partitionIndex = index
                partition.errorCode = code
                return partition
            }
            return topic
        }
        return response
    }
}
