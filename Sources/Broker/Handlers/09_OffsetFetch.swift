import Coordination
import KafkaProtocol
import Security
import Vocabulary

// OffsetFetch, versions 1 to 10; what each added is told at `GroupShard.fetchOffsets`. Up to version 7 it is about one group, whose answer
// stands in the response itself; topics go by id from version 10.

private typealias Group = OffsetFetchRequest.OffsetFetchRequestGroup
private typealias Answer = OffsetFetchResponse.OffsetFetchResponseGroup

func handleOffsetFetch(_ broker: Broker, _ request: OffsetFetchRequest, _ context: RequestContext) {
    let image = broker.metadata.image
    let groups = context.version >= 8 ? request.groups : [group(request)]
    var waits: [(Partition, Offset)] = []
    let answers = groups.map { fetch($0, requireStable: request.requireStable, broker, image, context, &waits) }
    // An offset that a crash could still take back is not told.
    broker.groups.whenDurable(waits) { error in
        guard error == .none else { return context.refuse(request, error) }
        if context.version >= 8 { return context.reply(batch(answers)) }
        if answers[0].errorCode != .none { return context.refuse(request, answers[0].errorCode) }
        context.reply(single(answers[0]))
    }
}

private func group(_ request: OffsetFetchRequest) -> Group {
    var group = Group()
    group.groupId = request.groupId
    group.topics = request.topics?.map { topic in
        var result = Group.OffsetFetchRequestTopics()
        result.name = topic.name
        result.partitionIndexes = topic.partitionIndexes
        return result
    }
    return group
}

private func fetch(
    _ group: Group, requireStable: Bool, _ broker: Broker, _ image: MetadataImage, _ context: RequestContext,
    _ waits: inout [(Partition, Offset)]
) -> Answer {
    guard context.allows(.describe, .group(group.groupId)) else { return Answer(failed: group.groupId, .groupAuthorizationFailed) }
    let usesIds = context.version >= 10
    var refused: [Answer.OffsetFetchResponseTopics] = []
    let known = group.topics?.compactMap { topic -> Group.OffsetFetchRequestTopics? in
        guard let name = usesIds ? image.topicNames[topic.topicId] : topic.name else { return nil }
        var topic = topic
        topic.name = name
        if context.allows(.describe, .topic(name)) { return topic }
        refused.append(row(topic, .topicAuthorizationFailed))
        return nil
    }
    let member = group.memberId.map { (id: $0, epoch: group.memberEpoch) }
    let fetched = broker.groups.read(group.groupId, &waits) { shard in
        shard.fetchOffsets(group: group.groupId, topics: known, requireStable: requireStable, member: member) { image.topic($0)?.id ?? .zero }
    }
    switch fetched {
    case .failure(let error): return Answer(failed: group.groupId, error)
    case .success(var answer):
        if usesIds {
            answer.topics.removeAll { $0.topicId == .zero }
            answer.topics += (group.topics ?? []).filter { image.topicNames[$0.topicId] == nil }.map { row($0, .unknownTopicId) }
        }
        if group.topics == nil { answer.topics.removeAll { !context.allows(.describe, .topic($0.name)) } }
        answer.topics += refused
        return answer
    }
}

private func row(_ topic: Group.OffsetFetchRequestTopics, _ error: ErrorCode) -> Answer.OffsetFetchResponseTopics {
    var answer = Answer.OffsetFetchResponseTopics()
    answer.name = topic.name
    answer.topicId = topic.topicId
    answer.partitions = topic.partitionIndexes.map { index in
        var row = Answer.OffsetFetchResponseTopics.OffsetFetchResponsePartitions()
        row.partitionIndex = index
        row.committedOffset = -1
        row.errorCode = error
        return row
    }
    return answer
}

private func batch(_ answers: [Answer]) -> OffsetFetchResponse {
    var response = OffsetFetchResponse()
    response.groups = answers
    return response
}

private func single(_ answer: Answer) -> OffsetFetchResponse {
    var response = OffsetFetchResponse()
    response.topics = answer.topics.map { topic in
        var result = OffsetFetchResponse.OffsetFetchResponseTopic()
        result.name = topic.name
        result.partitions = topic.partitions.map { partition in
            var row = OffsetFetchResponse.OffsetFetchResponseTopic.OffsetFetchResponsePartition()
            row.partitionIndex = partition.partitionIndex
            row.committedOffset = partition.committedOffset
            row.committedLeaderEpoch = partition.committedLeaderEpoch
            row.metadata = partition.metadata
            row.errorCode = partition.errorCode
            return row
        }
        return result
    }
    return response
}
