import KafkaProtocol
import Security

// OffsetDelete, version 0. Partitions that do not exist are refused one by one.

private typealias Topic = OffsetDeleteRequest.OffsetDeleteRequestTopic
private typealias Answer = OffsetDeleteResponse.OffsetDeleteResponseTopic

func handleOffsetDelete(_ broker: Broker, _ request: OffsetDeleteRequest, _ context: RequestContext) {
    let image = broker.metadata.image
    var known = request
    // A topic that is not there has a row even if no partition of it was named.
    known.topics.removeAll { $0.partitions.isEmpty && image.topic($0.name) != nil }
    let asked = known.topics
    let allowed = Set(asked.map(\.name).filter { context.allows(.read, .topic($0)) })
    @Sendable func error(_ topic: String, _ partition: Int32) -> ErrorCode {
        !allowed.contains(topic) ? .topicAuthorizationFailed : image.partition(topic, partition) == nil ? .unknownTopicOrPartition : .none
    }
    for index in known.topics.indices {
        let name = known.topics[index].name
        known.topics[index].partitions.removeAll { error(name, $0.partitionIndex) != .none }
    }
    let refused = asked.map { topic in refusals(topic) { error(topic.name, $0) } }
    // The coordinator's rows are passed on as they are, unless there are others to put them to.
    let isRefusing = asked.contains { image.topic($0.name) == nil } || refused.contains { !$0.partitions.isEmpty }
    broker.groups.submit(request.groupId, now: context.now) { [known] shard, token in
        shard.deleteOffsets(known, token: token)
    } then: { reply in
        guard case .offsetDelete(var response) = reply else { return context.refuse(request, reply) }
        response.topics = zip(refused, response.topics).map { refused, answer in
            var merged = refused
            merged.partitions += answer.partitions
            return merged
        }
        if isRefusing { response.topics = oneRowEach(response.topics, by: \.name, \.partitions) }
        context.reply(response)
    }
}

private func refusals(_ topic: Topic, _ error: (Int32) -> ErrorCode) -> Answer {
    var answer = Answer()
    answer.name = topic.name
    answer.partitions = topic.partitions.compactMap { partition in
        var row = Answer.OffsetDeleteResponsePartition()
        row.partitionIndex = partition.partitionIndex
        row.errorCode = error(partition.partitionIndex)
        return row.errorCode == .none ? nil : row
    }
    return answer
}
