import KafkaProtocol

// Why requests get nowhere, read from what the core remembers: attempts to connect, requests without an answer, and answers that ask for patience.
extension ClientCore {
    /// What keeps requests to a target from being answered; nil when nothing does as far as is known.
    /// - Parameter silentAfterMs: how long a broker may take before it counts as silent, besides the time for which it may hold an answer back.
    public func obstacle(to target: Target, silentAfterMs: Int64) -> Obstacle? {
        switch target {
        case .any: return bootstrapObstacle(silentAfterMs)
        case .controller: return obstacle(to: .node(metadata.controllerId), silentAfterMs: silentAfterMs)
        case .node(let id):
            return metadata.brokers[id] == nil ? bootstrapObstacle(silentAfterMs) : obstacle(on: .node(id), silentAfterMs)
        case .leader(let topic, let partition):
            if let leader = metadata.leader(topic, partition) { return obstacle(on: .node(leader.id), silentAfterMs) }
            return metadata.obstacle(topic, partition) ?? bootstrapObstacle(silentAfterMs)
        case .groupCoordinator(let name), .transactionCoordinator(let name):
            if let code = patienceCode(target) ?? lookupFailures[target] {
                return target == .groupCoordinator(name) ? .group(name, code) : .transaction(id: name, code)
            }
            // A coordinator that is lost is forgotten, and remembered here until the next one is found.
            if let node = coordinators[target] ?? lastCoordinators[target], metadata.brokers[node] != nil,
                let found = obstacle(on: config.separatesCoordinatorConnections ? .coordinator(node) : .node(node), silentAfterMs)
            {
                return found
            }
            return coordinators[target] == nil ? bootstrapObstacle(silentAfterMs) : nil
        }
    }

    /// What keeps the requests that were submitted from being answered, each reason once.
    public func obstacles(silentAfterMs: Int64) -> [Obstacle] {
        var found: [Obstacle] = []
        func add(_ obstacle: Obstacle?) { if let obstacle { found.append(obstacle) } }
        for request in waiting {
            let code = request.lastFailure.flatMap { $0.kind == .broker ? $0.code : nil }
            add(obstacle(to: request.target, silentAfterMs: silentAfterMs) ?? code.map { .refused(api: request.apiKey.name, $0) })
        }
        for connection in connections.values { add(silence(of: connection, silentAfterMs)) }
        return found.merged
    }

    /// The error of an answer from the target after which a request waits for its next attempt.
    private func patienceCode(_ target: Target) -> ErrorCode? {
        for request in waiting where request.target == target && request.stage == .new {
            if let failure = request.lastFailure, failure.kind == .broker { return failure.code }
        }
        return nil
    }

    private func obstacle(on channel: Channel, _ silentAfterMs: Int64) -> Obstacle? {
        guard case .node(let broker) = channel.withoutRole else { return nil }
        let connection = channels[channel]
        if let connection, connection.phase == .ready { return silence(of: connection, silentAfterMs) }
        if let history = histories[channel], history.failures > 0, let reason = history.lastReason { return .unreachable(broker: broker, reason: reason) }
        return connection.flatMap { opening($0, silentAfterMs) }.map { .unreachable(broker: broker, reason: $0) }
    }

    /// Why no broker at all can be asked.
    private func bootstrapObstacle(_ silentAfterMs: Int64) -> Obstacle? {
        let usable = channels.filter { $0.key.withoutRole == $0.key }
        let ready = usable.values.filter { $0.phase == .ready }
        if !ready.isEmpty {
            let silent = ready.compactMap { silence(of: $0, silentAfterMs) }
            return silent.count == ready.count ? silent.first : nil
        }
        let failing = histories.filter { $0.key.withoutRole == $0.key && $0.value.failures > 0 }
        if let reason = failing.values.max(by: { ($0.failingSince ?? 0) < ($1.failingSince ?? 0) })?.lastReason { return .noBroker(reason: reason) }
        return usable.values.min { $0.startedAt < $1.startedAt }.flatMap { opening($0, silentAfterMs) }.map { .noBroker(reason: $0) }
    }

    private func silence(of connection: BrokerConnection, _ silentAfterMs: Int64) -> Obstacle? {
        guard connection.phase == .ready, let oldest = connection.inFlight.first, let request = oldest.request,
            now - oldest.sentAt >= silentAfterMs.after(ms: request.heldMs)
        else { return nil }
        var broker: Int32?
        if case .node(let id) = connection.channel.withoutRole { broker = id }
        return .silent(broker: broker, address: "\(connection.host):\(connection.port)", api: request.apiKey.name)
    }

    /// What an attempt to connect has waited for, with the address; nil while that is no wonder.
    private func opening(_ connection: BrokerConnection, _ silentAfterMs: Int64) -> String? {
        guard now - connection.startedAt >= silentAfterMs else { return nil }
        let step = connection.phase == .connecting ? "no answer to the attempt to connect" : "connected, but it does not answer"
        return "\(connection.host):\(connection.port): \(step)"
    }
}

extension Channel {
    /// The same broker's ordinary channel.
    fileprivate var withoutRole: Channel { if case .coordinator(let node) = self { .node(node) } else { self } }
}

extension ClusterMetadata {
    /// What the cluster says against using a partition: of its topic, of the partition, or that nobody leads it. Nil when it has a leader, or when
    /// the topic was not asked for yet.
    func obstacle(_ topic: String, _ partition: Int32) -> Obstacle? {
        guard let known = topics[topic] else { return nil }
        if known.error != .none { return .topic(topic, known.error) }
        guard let found = known.partition(partition) else { return .noSuchPartitions(topic: topic, [partition], count: known.partitions.count) }
        if brokers[found.leader] != nil { return nil }
        return .partitions(topic: topic, [partition], .leaderNotAvailable)
    }
}
