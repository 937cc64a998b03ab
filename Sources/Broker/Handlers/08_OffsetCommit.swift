import KafkaProtocol
import Security

// OffsetCommit, versions 2 to 10; what each added is told at `GroupShard.commitOffsets`. Topics are looked up here: by id from version 10.

private typealias Topic = OffsetCommitRequest.OffsetCommitRequestTopic
private typealias Answer = OffsetCommitResponse.OffsetCommitResponseTopic

func handleOffsetCommit(_ broker: Broker, _ request: OffsetCommitRequest, _ context: RequestContext) {
    let image = broker.metadata.image
    var known = request
    known.topics = []
    // What need not be asked, in the order of the request. The answer of the coordinator, where it is asked too, follows the refused partitions.
    var refused: [(answer: Answer, isAsked: Bool)] = []
    for var topic in request.topics {
        let name = context.version >= 10 ? image.topicNames[topic.topicId] : topic.name
        guard let name, let found = image.topic(name) else {
            refused.append((answer(topic, topic.partitions, context.version >= 10 ? .unknownTopicId : .unknownTopicOrPartition), false))
            continue
        }
        guard context.allows(.read, .topic(name)) else {
            refused.append((answer(topic, topic.partitions, .topicAuthorizationFailed), false))
            continue
        }
        let missing = topic.partitions.filter { found.partition($0.partitionIndex) == nil }
        topic.name = name
        topic.topicId = found.id
        if topic.partitions.isEmpty { continue }
        topic.partitions.removeAll { found.partition($0.partitionIndex) == nil }
        if !topic.partitions.isEmpty { known.topics.append(topic) }
        refused.append((answer(topic, missing, .unknownTopicOrPartition), !topic.partitions.isEmpty))
    }
    let rows = refused
    let isRefusing = rows.contains { !$0.isAsked || !$0.answer.partitions.isEmpty }
    @Sendable func reply(_ answers: [Answer]) {
        var answers = answers.makeIterator()
        var response = OffsetCommitResponse()
        response.topics = rows.map { row in
            var answer = row.answer
            if row.isAsked { answer.partitions += answers.next()?.partitions ?? [] }
            return answer
        }
        let isById = context.version >= 10
        // The coordinator's rows are passed on as they are, unless there are others to put them to.
        if isRefusing { response.topics = oneRowEach(response.topics, by: { isById ? $0.topicId.description : $0.name }, \.partitions) }
        context.reply(response)
    }
    if known.topics.isEmpty { return reply([]) }
    let asked = known
    broker.groups.submit(request.groupId, now: context.now) { shard, token in
        shard.commitOffsets(asked, token: token, context: .init(context), now: context.now)
    } then: { answered in
        if case .offsetCommit(let response) = answered { return reply(response.topics) }
        reply(asked.failure(answered.failure.code, version: context.version)?.topics ?? [])
    }
}

private func answer(_ topic: Topic, _ partitions: [Topic.OffsetCommitRequestPartition], _ error: ErrorCode) -> Answer {
    var answer = Answer()
    answer.name = topic.name
    answer.topicId = topic.topicId
    answer.partitions = partitions.map { partition in
        var row = Answer.OffsetCommitResponsePartition()
        row.partitionIndex = partition.partitionIndex
        row.errorCode = error
        return row
    }
    return answer
}
