import Coordination
import KafkaProtocol
import Security
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
    guard isByName, request.allowAutoTopicCreation, broker.settings.bool("auto.create.topics.enable") else {
        return answer(request, asksForAll: asksForAll, broker, context)
    }
    createMissingTopics(names, broker, context) { answer(request, asksForAll: asksForAll, broker, context) }
}

private func answer(_ request: MetadataRequest, asksForAll: Bool, _ broker: Broker, _ context: RequestContext) {
    let image = broker.metadata.image
    var response = MetadataResponse()
    response.clusterId = broker.metadata.clusterId
    response.controllerId = broker.metadata.controllerId
    response.brokers = image.sortedBrokers.filter { !$0.isFenced }.compactMap { registered in
        guard let endpoint = registered.endpoint(context.listener) ?? registered.endpoints.first else { return nil }
        var row = MetadataResponse.MetadataResponseBroker()
        row.nodeId = registered.id
        row.host = endpoint.host
        row.port = Int32(endpoint.port)
        row.rack = registered.rack
        return row
    }
    if context.version >= 8 && context.version <= 10 && request.includeClusterAuthorizedOperations {
        response.clusterAuthorizedOperations = context.authorizedOperations(on: .cluster)
    }
    let rows = TopicDescriber(image: image, withOperations: request.includeTopicAuthorizedOperations, context: context)
    if asksForAll {
        response.topics = image.topicsByName.values.filter { context.allows(.describe, .topic($0.name)) }.sorted { $0.name < $1.name }.map(rows.describe)
    } else {
        response.topics = rows.rows(for: request.topics ?? [])
    }
    context.reply(response)
}

/// Makes the rows of topics for one request.
private struct TopicDescriber {
    typealias Row = MetadataResponse.MetadataResponseTopic

    let image: MetadataImage
    let withOperations: Bool
    let context: RequestContext

    /// The rows of the topics asked for: those that exist first, as Kafka has it, each once, then those that the client may not see. Where a topic is asked
    /// for by id, names do not count: Java's client leaves an empty name beside the id.
    func rows(for asked: [MetadataRequest.MetadataRequestTopic]) -> [Row] {
        var found: [Row] = []
        var missing: [Row] = []
        var seen: Set<String> = []
        let isById = asked.contains { $0.topicId != .zero }
        for topic in asked {
            if isById ? topic.topicId == .zero : topic.name == nil { continue }
            let known = isById ? image.topic(topic.topicId) : topic.name.flatMap(image.topic)
            let isAllowed = (known?.name ?? topic.name).map { isById && known == nil || context.allows(.describe, .topic($0)) } ?? true
            if let known, isAllowed {
                if seen.insert(known.name).inserted { found.append(describe(known)) }
                continue
            }
            guard seen.insert(isById ? " \(topic.topicId)" : topic.name ?? "").inserted else { continue }
            var row = Row()
            row.name = isById ? nil : topic.name
            row.topicId = isById ? topic.topicId : .zero
            // An id that the client may not see is as unknown to it as any other.
            row.errorCode =
                isById
                ? .unknownTopicId
                : !isAllowed ? .topicAuthorizationFailed : TopicName.isValid(topic.name ?? "") ? .unknownTopicOrPartition : .invalidTopicException
            row.topicAuthorizedOperations = isAllowed ? operations(on: topic.name ?? "") : .min
            missing.append(row)
        }
        return found + missing
    }

    private func operations(on name: String) -> Int32 { withOperations ? context.authorizedOperations(on: .topic(name)) : .min }

    func describe(_ topic: TopicImage) -> Row {
        var row = Row()
        row.name = topic.name
        row.topicId = topic.id
        row.isInternal = topic.isInternal
        row.topicAuthorizedOperations = operations(on: topic.name)
        row.partitions = topic.partitions.enumerated().map { index, partition in
            var form = Row.MetadataResponsePartition()
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
}

/// A topic that a client only asks about comes into being with the broker's defaults, if the client may make it. A failure shows as the topic still missing.
private func createMissingTopics(_ names: [String], _ broker: Broker, _ context: RequestContext, then: @escaping @Sendable () -> Void) {
    let image = broker.metadata.image
    let missing = Set(names).filter { image.topic($0) == nil && TopicName.isValid($0) }
    guard !missing.isEmpty, case let mayCreateAll = context.allows(.create, .cluster) else { return then() }
    var request = CreateTopicsRequest()
    for name in missing.sorted() where mayCreateAll || context.allows(.create, .topic(name)) {
        if let own = [broker.groups.topic, broker.transactions.topic].first(where: { $0.name == name }) {
            request.topics.append(own.creation)
        } else if !TopicName.isInternal(name) {
            var topic = CreateTopicsRequest.CreatableTopic()
            topic.name = name
            (topic.numPartitions, topic.replicationFactor) = (-1, -1)
            request.topics.append(topic)
        }
    }
    if request.topics.isEmpty { return then() }
    broker.metadata.createTopics(request, principal: context.principal) { _ in then() }
}
