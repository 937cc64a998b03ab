import KafkaProtocol

// OffsetForLeaderEpoch, versions 2 to 4 (3: replica id, 4: flexible): where a leader epoch's records end (KIP-101, KIP-320).

func handleOffsetForLeaderEpoch(_ broker: Broker, _ request: OffsetForLeaderEpochRequest, _ context: RequestContext) {
    let table = broker.partitions.snapshot
    var response = OffsetForLeaderEpochResponse()
    response.topics = request.topics.map { topic in
        var answer = OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult()
        answer.topic = topic.topic
        answer.partitions = topic.partitions.map { asked in
            var row = OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult.EpochEndOffset()
            row.partition = asked.partition
            guard let partition = table.partition(topic.topic, asked.partition) else {
                row.errorCode = .unknownTopicOrPartition
                return row
            }
            row.errorCode = partition.check(currentLeaderEpoch: asked.currentLeaderEpoch)
            guard row.errorCode == .none else { return row }
            if asked.leaderEpoch == partition.leaderEpoch {
                row.leaderEpoch = asked.leaderEpoch
                row.endOffset = partition.highWatermark
            } else {
                let end = partition.log.endOffset(forEpoch: asked.leaderEpoch)
                row.leaderEpoch = end.leaderEpoch
                row.endOffset = end.endOffset
            }
            return row
        }
        return answer
    }
    context.reply(response)
}
