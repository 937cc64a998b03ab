import KafkaProtocol

// What is known of the cluster, and keeping it fresh.
extension ClientCore {
    /// Keeps these topics in `metadata`, refreshed every `metadata.max.age.ms` and when a leader moves. Topics that are not known yet are asked for at once.
    public func track(_ topics: some Sequence<String>) {
        for topic in topics where trackedTopics.insert(topic).inserted {
            if metadata.topics[topic] == nil { askSoon() }
        }
    }

    /// A topic that was never asked for need not wait for the backoff between refreshes.
    func askSoon() {
        metadataWanted = true
        if metadataFailures == 0 { metadataNotBefore = now }
    }

    /// Asks for fresh metadata as soon as the backoff allows; `metadata.version` grows when it came.
    public func refreshMetadata() { metadataWanted = true }

    /// When the next metadata request is to leave; nil for not as things stand.
    var metadataDue: Int64? {
        if metadataInFlight || isClosed || !asksForMetadata { return nil }
        if metadataWanted { return max(metadataNotBefore, now) }
        guard let updatedAt = topicsUpdatedAt, !trackedTopics.isEmpty || tracksAllTopics else { return nil }
        return max(updatedAt.after(ms: config.metadataMaxAgeMs), metadataNotBefore)
    }

    func advanceMetadata() {
        guard let due = metadataDue, due <= now else { return }
        metadataWanted = false
        metadataInFlight = true
        if config.asksControllers { return askForControllers() }
        let topics = trackedTopics.union(neededTopics)
        neededTopics = []
        let all = tracksAllTopics
        var options = RequestOptions(retry: .no)
        options.call = "fetchMetadata"
        submit(to: .any, options: options, build: { [unowned self] version in metadataRequest(topics, all: all, version: version) }) {
            [unowned self] (result: Result<MetadataResponse, ClientError>) in
            metadataInFlight = false
            switch result {
            case .success(let response): metadataArrived(response, asked: topics, all: all)
            case .failure(let error): metadataFailed(error, topics: topics)
            }
        }
    }

    private func metadataRequest(_ topics: Set<String>, all: Bool, version: Int16) -> MetadataRequest {
        var request = MetadataRequest()
        request.allowAutoTopicCreation = allowsAutoTopicCreation
        // Version 0 knows no null: there an empty list stands for all topics.
        request.topics =
            all
            ? (version == 0 ? [] : nil)
            : topics.sorted().map { name in
                var topic = MetadataRequest.MetadataRequestTopic()
                topic.name = name
                return topic
            }
        return request
    }

    func metadataArrived(_ response: MetadataResponse, asked: Set<String>, all: Bool) {
        if response.brokers.isEmpty || response.errorCode == .rebootstrapRequired {
            return metadataFailed(ClientError(code: .brokerNotAvailable), topics: asked)
        }
        if all {
            let named = Set(response.topics.compactMap(\.name))
            for name in metadata.topics.keys where !named.contains(name) { removeTopic(name) }
        }
        store(response.topics)
        topicsUpdatedAt = now
        // A topic that is missing or has no leader yet is looked for again soon.
        let unsettled = response.topics.contains { topic in
            topic.errorCode.isRetriable || topic.partitions.contains { $0.errorCode.isRetriable }
        }
        metadataFailures = unsettled ? metadataFailures + 1 : 0
        metadataNotBefore = now + backoff(max(metadataFailures, 1), base: config.retryBackoffMs, limit: config.retryBackoffMaxMs)
        if unsettled && (!trackedTopics.isEmpty || tracksAllTopics) { metadataWanted = true }
    }

    func metadataFailed(_ error: ClientError, topics: Set<String>) {
        metadataFailures += 1
        metadataNotBefore = now + backoff(metadataFailures, base: config.retryBackoffMs, limit: config.retryBackoffMaxMs)
        metadataWanted = true
        for request in waiting where request.stage == .needsMetadata { request.lastFailure = error }
        // Requests that only wait for metadata must not wait for their own deadline when it cannot be had.
        let isFinal = error.kind == .unreachable || error.kind == .authentication || error.kind == .unsupportedVersion
        if isFinal || error.code == .mismatchedEndpointType || error.code == .unsupportedEndpointType {
            metadataWanted = !trackedTopics.isEmpty || tracksAllTopics
            for request in waiting where request.stage == .needsMetadata || request.stage == .needsCoordinator {
                give(up: request, error.renamed(request.noNodeMessage))
            }
        }
    }

    /// Takes the brokers from any Metadata answer, whoever asked.
    func fold(_ response: MetadataResponse, version: Int16) {
        if response.brokers.isEmpty { return }
        metadata.clusterId = response.clusterId ?? metadata.clusterId
        if version >= 1 { metadata.controllerId = response.controllerId }
        var brokers: [Int32: ClusterMetadata.Broker] = [:]
        for broker in response.brokers {
            brokers[broker.nodeId] = ClusterMetadata.Broker(id: broker.nodeId, host: broker.host, port: Int(broker.port), rack: broker.rack)
        }
        let moved = metadata.brokers.filter { id, old in brokers[id].map { $0.host != old.host || $0.port != old.port } ?? false }
        metadata.brokers = brokers
        metadata.version += 1
        metadata.updatedAt = now
        for id in moved.keys.sorted() {
            dropChannels(of: id, reason: "the broker moved")
        }
        adoptBootstrapConnections()
    }

    /// A bootstrap connection whose address is a broker's own becomes that broker's connection.
    private func adoptBootstrapConnections() {
        for connection in connections.values {
            guard case .bootstrap = connection.channel, connection.phase == .ready else { continue }
            guard let broker = metadata.brokers.values.first(where: { $0.host == connection.host && $0.port == connection.port }) else { continue }
            if channels[.node(broker.id)] != nil { continue }
            channels[connection.channel] = nil
            connection.channel = .node(broker.id)
            channels[.node(broker.id)] = connection
            histories[.node(broker.id)] = ChannelHistory(hasServed: true)
        }
    }

    private func store(_ topics: [MetadataResponse.MetadataResponseTopic]) {
        for topic in topics {
            guard let name = topic.name else { continue }
            let old = metadata.topics[name]
            var partitions = topic.partitions.map { p in
                ClusterMetadata.Partition(
                    index: p.partitionIndex, leader: p.leaderId, leaderEpoch: p.leaderEpoch, replicas: p.replicaNodes, isr: p.isrNodes,
                    offlineReplicas: p.offlineReplicas, error: p.errorCode)
            }
            partitions.sort { $0.index < $1.index }
            // A broker that lags behind may name an older leader (KIP-320).
            if let old, old.id == topic.topicId {
                for index in partitions.indices {
                    guard let known = old.partition(partitions[index].index), partitions[index].leaderEpoch >= 0 else { continue }
                    if known.leaderEpoch > partitions[index].leaderEpoch { partitions[index] = known }
                }
            }
            removeTopic(name)
            metadata.topics[name] = ClusterMetadata.Topic(
                name: name, id: topic.topicId, isInternal: topic.isInternal, error: topic.errorCode, partitions: partitions)
            if topic.topicId != .zero { metadata.topicNames[topic.topicId] = name }
        }
        metadata.version += 1
    }

    private func removeTopic(_ name: String) {
        if let old = metadata.topics.removeValue(forKey: name) { metadata.topicNames[old.id] = nil }
    }
}

extension ClientError {
    /// The same failure under another message, as for the calls that waited for what failed.
    func renamed(_ message: String) -> ClientError {
        kind == .unreachable ? ClientError(kind, code: code, exceptionClass: exceptionClass, message: message, reason: reason) : self
    }
}
