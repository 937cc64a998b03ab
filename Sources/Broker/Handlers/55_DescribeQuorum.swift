import Coordination
import KafkaProtocol
import Vocabulary

// DescribeQuorum, versions 0 to 2. 1: fetch times. 2: directory ids, nodes with their addresses. This node is the only voter of its own metadata log.

func handleDescribeQuorum(_ broker: Broker, _ request: DescribeQuorumRequest, _ context: RequestContext) {
    typealias Topic = DescribeQuorumResponse.TopicData
    let image = broker.metadata.image
    var response = DescribeQuorumResponse()
    response.topics = request.topics.map { topic in
        var row = Topic()
        row.topicName = topic.topicName
        row.partitions = topic.partitions.map { partition in
            var form = Topic.PartitionData()
            form.partitionIndex = partition.partitionIndex
            guard topic.topicName == TopicName.clusterMetadata, partition.partitionIndex == 0 else {
                form.errorCode = .unknownTopicOrPartition
                form.errorMessage = ErrorCode.unknownTopicOrPartition.message
                return form
            }
            form.leaderId = broker.metadata.controllerId
            form.leaderEpoch = broker.metadata.epoch.value
            form.highWatermark = image.offset + 1
            var voter = DescribeQuorumResponse.ReplicaState()
            voter.replicaId = broker.settings.nodeId
            voter.logEndOffset = image.offset + 1
            voter.lastFetchTimestamp = context.now
            voter.lastCaughtUpTimestamp = context.now
            form.currentVoters = [voter]
            return form
        }
        return row
    }
    if response.topics.contains(where: { $0.partitions.contains { $0.errorCode == .none } }) {
        var node = DescribeQuorumResponse.Node()
        node.nodeId = broker.settings.nodeId
        node.listeners = (image.brokers[broker.settings.nodeId]?.endpoints ?? []).map { endpoint in
            var listener = DescribeQuorumResponse.Node.Listener()
            listener.name = endpoint.listener
            listener.host = endpoint.host
            listener.port = endpoint.port
            return listener
        }
        response.nodes = [node]
    }
    context.reply(response)
}
