import Coordination
import KafkaProtocol
import Vocabulary

// Metadata, versions 0 to 13. 1: rack, controller, internal topics; no topics asked means none, null all. 2: cluster id. 4: creation of topics on demand.
// 5: offline replicas. 7: leader epochs. 8: authorized operations. 9: flexible. 10: topic ids. 11: no more operations of the cluster. 12: topics by id.
// 13: an error for the whole answer.

func handleMetadata(_ broker: Broker, _ request: MetadataRequest, _ context: RequestContext) {
    // Versions 10 and 11 know ids and names that are left out, and take neither.
    if context.version < 12, request.topics?.contains(where: { $0.name == nil || $0.topicId != .zero }) == true {
        return context.refuse(request, .invalidRequest)
    }
    let asksForAll = request.topics == nil || context.version == 0 && request.topics?.isEmpty == true
    let names = request.topics?.compactMap(\.name) ?? []
    let isByName = request.topics?.allSatisfy { $0.topicId == .zero } ?? false
    if isByName && request.allowAutoTopicCreation && broker.settings.bool("auto.create.topics.enable") {
        createMissingTopics(names, broker, now: context.now)
    }
    let image = broker.metadata.image
    var response = MetadataResponse()
    response.clusterId = broker.metadata.clusterId
    response.controllerId = broker.settings.nodeId
    response.brokers = image.sortedBrokers.filter { !$0.isFenced }.compactMap { registered in
        guard let endpoint = registered.endpoint(context.connection.listener) ?? registered.endpoints.first else { return nil }
        var row = MetadataResponse.MetadataResponseBroker()
        row.nodeId = registered.id
        row.host = endpoint.host
        row.port = Int32(endpoint.port)
        row.rack = registered.rack
        return row
    }
    if context.version >= 8 && context.version <= 10 && request.includeClusterAuthorizedOperations {
        response.clusterAuthorizedOperations = AuthorizedOperations.cluster
    }
    let operations = request.includeTopicAuthorizedOperations ? AuthorizedOperations.topic : AuthorizedOperations.notAsked
    if asksForAll {
        response.topics = image.topicsByName.values.sorted { $0.name < $1.name }.map { describe($0, image, operations) }
    } else {
        response.topics = rows(for: request.topics ?? [], image, operations)
    }
    context.reply(response)
}

/// The rows of the topics asked for: those that exist first, as Kafka has it, each once. Where a topic is asked for by id, names do not count: Java's client
/// leaves an empty name beside the id.
private func rows(
    for asked: [MetadataRequest.MetadataRequestTopic], _ image: MetadataImage, _ operations: Int32
) -> [MetadataResponse.MetadataResponseTopic] {
    var found: [MetadataResponse.MetadataResponseTopic] = []
    var missing: [MetadataResponse.MetadataResponseTopic] = []
    var seen: Set<String> = []
    let isById = asked.contains { $0.topicId != .zero }
    for topic in asked {
        if isById ? topic.topicId == .zero : topic.name == nil { continue }
        if let known = isById ? image.topic(topic.topicId) : topic.name.flatMap(image.topic) {
            if seen.insert(known.name).inserted { found.append(describe(known, image, operations)) }
            continue
        }
        guard seen.insert(isById ? " \(topic.topicId)" : topic.name ?? "").inserted else { continue }
        var row = MetadataResponse.MetadataResponseTopic()
        row.name = isById ? nil : topic.name
        row.topicId = isById ? topic.topicId : .zero
        row.errorCode = isById ? .unknownTopicId : TopicName.isValid(topic.name ?? "") ? .unknownTopicOrPartition : .invalidTopicException
        row.topicAuthorizedOperations = operations
        missing.append(row)
    }
    return found + missing
}

private func describe(_ topic: TopicImage, _ image: MetadataImage, _ operations: Int32) -> MetadataResponse.MetadataResponseTopic {
    var row = MetadataResponse.MetadataResponseTopic()
    row.name = topic.name
    row.topicId = topic.id
    row.isInternal = topic.isInternal
    row.topicAuthorizedOperations = operations
    row.partitions = topic.partitions.enumerated().map { index, partition in
        var form = MetadataResponse.MetadataResponseTopic.MetadataResponsePartition()
        form.partitionIndex = Int32(index)
        let live = image.liveLeader(of: partition)
        form.errorCode = live == nil ? .leaderNotAvailable : .none
        form.leaderId = live ?? -1
        form.leaderEpoch = partition.leaderEpoch
        form.replicaNodes = partition.replicas
        form.isrNodes = partition.isr
        form.offlineReplicas = image.offlineReplicas(of: partition)
        return form
    }
    return row
}

/// A topic that a client only asks about comes into being with the broker's defaults. A failure shows as the topic still missing.
private func createMissingTopics(_ names: [String], _ broker: Broker, now: Int64) {
    let image = broker.metadata.image
    for name in Set(names) where image.topic(name) == nil && TopicName.isValid(name) {
        if name == TopicName.groupOffsets {
            _ = broker.groups.createTopicIfMissing(now: now)
        } else if !TopicName.isInternal(name) {
            _ = broker.metadata.createTopic(name, now: now)
        }
    }
}

extension MetadataImage {
    /// The leader of a partition if it is there.
    func liveLeader(of partition: PartitionImage) -> Int32? {
        guard let leader = brokers[partition.leader], !leader.isFenced else { return nil }
        return leader.id
    }

    func offlineReplicas(of partition: PartitionImage) -> [Int32] { partition.replicas.filter { brokers[$0]?.isFenced ?? true } }
}

/// What a client may do, as bits by operation code (KIP-430). Nothing is withheld while the broker has no authorizer.
enum AuthorizedOperations {
    static let notAsked = Int32.min
    /// Read, write, create, delete, alter, describe, describe configs, alter configs.
    static let topic = bits([3, 4, 5, 6, 7, 8, 10, 11])
    /// Create, alter, describe, cluster action, describe configs, alter configs, idempotent write.
    static let cluster = bits([5, 7, 8, 9, 10, 11, 12])
    /// Read, delete, describe.
    static let group = bits([3, 6, 8])

    private static func bits(_ operations: [Int32]) -> Int32 { operations.reduce(0) { $0 | 1 << $1 } }
}
