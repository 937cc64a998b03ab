import Coordination
import KafkaProtocol
import Security
import Vocabulary

// DescribeTopicPartitions, version 0: topics page by page, with eligible leader replicas (KIP-966).

func handleDescribeTopicPartitions(_ broker: Broker, _ request: DescribeTopicPartitionsRequest, _ context: RequestContext) {
    typealias Topic = DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic
    var response = DescribeTopicPartitionsResponse()
    let image = broker.metadata.image
    let asksForAll = request.topics.isEmpty
    let requested = Set(request.topics.map(\.name))
    if let cursor = request.cursor, cursor.partitionIndex < 0 || !asksForAll && !requested.contains(cursor.topicName) {
        return context.refuse(request, .invalidRequest)
    }
    let limit = Int(broker.settings.int("max.request.partition.size.limit"))
    var remaining = max(1, min(Int(request.responsePartitionLimit), limit))
    var names = asksForAll ? image.topicsByName.keys.sorted() : requested.sorted()
    if let cursor = request.cursor { names = Array(names.drop { $0 < cursor.topicName }) }
    for name in names {
        let first = name == request.cursor?.topicName ? Int(request.cursor?.partitionIndex ?? 0) : 0
        if remaining == 0 {
            response.nextCursor = cursor(name, first)
            break
        }
        var row = Topic()
        row.name = name
        guard context.allows(.describe, .topic(name)) else {
            // Of all topics only those are listed that the client may see.
            if !asksForAll {
                row.errorCode = .topicAuthorizationFailed
                response.topics.append(row)
            }
            continue
        }
        row.topicAuthorizedOperations = context.authorizedOperations(on: .topic(name))
        guard let topic = image.topic(name) else {
            row.errorCode = TopicName.isValid(name) ? .unknownTopicOrPartition : .invalidTopicException
            response.topics.append(row)
            continue
        }
        row.topicId = topic.id
        row.isInternal = topic.isInternal
        let page = topic.partitions.indices.dropFirst(first).prefix(remaining)
        row.partitions = page.map { describe(topic.partitions[$0], Int32($0), image) }
        remaining -= page.count
        response.topics.append(row)
        if first + page.count < topic.partitions.count {
            response.nextCursor = cursor(name, first + page.count)
            break
        }
    }
    context.reply(response)
}

private func cursor(_ topic: String, _ partition: Int) -> DescribeTopicPartitionsResponse.Cursor {
    var cursor = DescribeTopicPartitionsResponse.Cursor()
    cursor.topicName = topic
    cursor.partitionIndex = Int32(partition)
    return cursor
}

private func describe(
    _ partition: PartitionImage, _ index: Int32, _ image: MetadataImage
) -> DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic.DescribeTopicPartitionsResponsePartition {
    var row = DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic.DescribeTopicPartitionsResponsePartition()
    let leader = image.liveLeader(of: partition)
    row.errorCode = leader == nil ? .leaderNotAvailable : .none
    row.partitionIndex = index
    row.leaderId = leader ?? -1
    row.leaderEpoch = partition.leaderEpoch
    row.replicaNodes = partition.replicas
    row.isrNodes = partition.isr
    row.eligibleLeaderReplicas = partition.eligibleLeaderReplicas
    row.lastKnownElr = partition.lastKnownElr
    row.offlineReplicas = image.offlineReplicas(of: partition)
    return row
}
