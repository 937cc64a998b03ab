import KafkaProtocol

// OffsetDelete, version 0. Partitions that do not exist are refused one by one.

private typealias Topic = OffsetDeleteRequest.OffsetDeleteRequestTopic
private typealias Answer = OffsetDeleteResponse.OffsetDeleteResponseTopic

func handleOffsetDelete(_ broker: Broker, _ request: OffsetDeleteRequest, _ context: RequestContext) {
    let table = broker.partitions.snapshot
    var known = request
    // A topic that is not there has a row even if no partition of it was named.
    known.topics.removeAll { $0.partitions.isEmpty && table.topics[$0.name] != nil }
    let asked = known.topics
    for index in known.topics.indices {
        let name = known.topics[index].name
        known.topics[index].partitions.removeAll { table.partition(name, $0.partitionIndex) == nil }
    }
    let refused = asked.map { topic in missing(topic) { table.partition(topic.name, $0) == nil } }
    // The coordinator's rows are passed on as they are, unless there are others to put them to.
    let isRefusing = asked.contains { table.topics[$0.name] == nil } || refused.contains { !$0.partitions.isEmpty }
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

private func missing(_ topic: Topic, _ isMissing: (Int32) -> Bool) -> Answer {
    var answer = Answer()
    answer.name = topic.name
    answer.partitions = topic.partitions.filter { isMissing($0.partitionIndex) }.map { partition in
        var row = Answer.OffsetDeleteResponsePartition()
        row.partitionIndex = partition.partitionIndex
        row.errorCode = .unknownTopicOrPartition
        return row
    }
    return answer
}
