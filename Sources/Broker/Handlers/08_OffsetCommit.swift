import KafkaProtocol

// OffsetCommit, versions 2 to 10; what each added is told at `GroupShard.commitOffsets`. Topics are looked up here: by id from version 10.

func handleOffsetCommit(_ broker: Broker, _ request: OffsetCommitRequest, _ context: RequestContext) {
    let table = broker.partitions.snapshot
    let usesIds = context.version >= 10
    var known = request
    known.topics = request.topics.compactMap { topic in
        var topic = topic
        if usesIds {
            guard let name = table.names[topic.topicId] else { return nil }
            topic.name = name
        } else {
            guard let found = table.topics[topic.name] else { return nil }
            topic.topicId = found.topicId
        }
        return topic
    }
    let isKnown = request.topics.map { usesIds ? table.names[$0.topicId] != nil : table.topics[$0.name] != nil }
    /// The answer in the request's order: the coordinator's for what it was asked, an error for the rest.
    @Sendable func reply(_ answers: [OffsetCommitResponse.OffsetCommitResponseTopic]) {
        var answers = answers.makeIterator()
        var response = OffsetCommitResponse()
        response.topics = zip(request.topics, isKnown).compactMap { topic, isKnown in
            isKnown ? answers.next() : failed(topic, usesIds ? .unknownTopicId : .unknownTopicOrPartition)
        }
        context.reply(response)
    }
    if known.topics.isEmpty { return reply([]) }
    let asked = known
    broker.groups.submit(request.groupId, now: context.now) { shard, token in
        shard.commitOffsets(asked, token: token, context: .init(context), now: context.now)
    } then: { result in
        if case .success(.offsetCommit(let response)) = result { return reply(response.topics) }
        reply(asked.topics.map { failed($0, result.failure ?? .unknownServerError) })
    }
}

private func failed(_ topic: OffsetCommitRequest.OffsetCommitRequestTopic, _ error: ErrorCode) -> OffsetCommitResponse.OffsetCommitResponseTopic {
    var answer = OffsetCommitResponse.OffsetCommitResponseTopic()
    answer.name = topic.name
    answer.topicId = topic.topicId
    answer.partitions = topic.partitions.map { partition in
        var row = OffsetCommitResponse.OffsetCommitResponseTopic.OffsetCommitResponsePartition()
        row.partitionIndex = partition.partitionIndex
        row.errorCode = error
        return row
    }
    return answer
}
