import KafkaProtocol
import Security
import Vocabulary

// OffsetForLeaderEpoch, versions 2 to 4 (3: replica id, 4: flexible): where a leader epoch's records end (KIP-101, KIP-320).

func handleOffsetForLeaderEpoch(_ broker: Broker, _ request: OffsetForLeaderEpochRequest, _ context: RequestContext) {
    let table = broker.partitions.snapshot
    var response = OffsetForLeaderEpochResponse()
    response.topics = request.topics.map { topic in
        var answer = OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult()
        answer.topic = topic.topic
        let isAllowed = context.allows(.describe, .topic(topic.topic)) || request.replicaId >= 0 && context.allows(.clusterAction, .cluster)
        answer.partitions = topic.partitions.map { asked in
            var row = OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult.EpochEndOffset()
            row.partition = asked.partition
            guard isAllowed else {
                row.errorCode = .topicAuthorizationFailed
                return row
            }
            guard let partition = table.partition(topic.topic, asked.partition) else {
                row.errorCode = broker.metadata.whyMissing(topic.topic, asked.partition).code
                return row
            }
            let current = LeaderEpoch(asked.currentLeaderEpoch)
            switch partition.endOffset(forEpoch: LeaderEpoch(asked.leaderEpoch), currentLeaderEpoch: current) {
            case .success(let end):
                row.leaderEpoch = end.leaderEpoch.value
                row.endOffset = end.endOffset.value
            case .failure(let error): row.errorCode = error
            }
            return row
        }
        return answer
    }
    context.reply(response)
}
