import KafkaProtocol

// From a target to a connection, and out.
extension ClientCore {
    private enum Route {
        case channel(Channel)
        case connection(BrokerConnection)
        case wait(PendingRequest.Stage)
        case fail(ClientError)
    }

    /// Sends what can be sent, in the order of submission, and starts what the rest waits for.
    func routeWaiting() {
        if waiting.isEmpty { return }
        var kept: [PendingRequest] = []
        var unlocated: [Target] = []
        let batch = waiting
        waiting = []
        for request in batch {
            if request.notBefore > now {
                kept.append(request)
                continue
            }
            switch route(request) {
            case .connection(let connection): send(request, on: connection)
            case .channel(let channel):
                if let connection = ready(channel) {
                    send(request, on: connection)
                } else if let error = hopeless(channel) {
                    finish(request, ClientError(.unreachable, message: request.noNodeMessage, reason: error))
                } else {
                    request.stage = .needsConnection(channel)
                    kept.append(request)
                }
            case .wait(let stage):
                request.stage = stage
                if stage == .needsCoordinator { unlocated.append(request.target) }
                kept.append(request)
            case .fail(let error): finish(request, error)
            }
        }
        // Sending may have put failed requests back to wait.
        waiting = kept + waiting
        if !unlocated.isEmpty { lookUpCoordinators(unlocated) }
        advanceMetadata()
        routeLookups()
        failIfUnreachable()
    }

    /// Lookups that this round of routing submitted leave at once.
    private func routeLookups() {
        for request in waiting where request.stage == .new && request.target == .any && request.notBefore <= now {
            switch route(request) {
            case .connection(let connection):
                waiting.removeAll { $0 === request }
                send(request, on: connection)
            case .channel(let channel):
                request.stage = .needsConnection(channel)
                if let connection = ready(channel) {
                    waiting.removeAll { $0 === request }
                    send(request, on: connection)
                }
            case .wait, .fail: break
            }
        }
    }

    private func route(_ request: PendingRequest) -> Route {
        switch request.target {
        // What a controller answers for the cluster, the active one answers best.
        case .any where !config.asksControllers || request.apiKey == .describeCluster: return anyBroker()
        case .any, .controller:
            if metadata.brokers[metadata.controllerId] != nil { return .channel(.node(metadata.controllerId)) }
            return needMetadata()
        case .node(let id):
            if metadata.brokers[id] != nil { return .channel(.node(id)) }
            if let updatedAt = metadata.updatedAt, updatedAt > request.submittedAt, request.retry == .no {
                return .fail(ClientError(.disconnected, message: "Broker \(id) is not part of the cluster at the moment."))
            }
            return needMetadata()
        case .leader(let topic, let partition): return leader(topic, partition, request)
        case .groupCoordinator, .transactionCoordinator:
            guard let node = coordinators[request.target] else { return .wait(.needsCoordinator) }
            if metadata.brokers[node] == nil { return needMetadata() }
            return .channel(config.separatesCoordinatorConnections ? .coordinator(node) : .node(node))
        }
    }

    private func needMetadata() -> Route {
        if !asksForMetadata { return .fail(ClientError(code: .brokerNotAvailable, message: "The broker to ask is not known.")) }
        metadataWanted = true
        return .wait(.needsMetadata)
    }

    private func leader(_ topic: String, _ partition: Int32, _ request: PendingRequest) -> Route {
        if let broker = metadata.leader(topic, partition) { return .channel(.node(broker.id)) }
        if let known = metadata.topics[topic], let updatedAt = topicsUpdatedAt, updatedAt >= request.submittedAt {
            let code =
                known.error != .none
                ? known.error : known.partition(partition).map { $0.error == .none ? .leaderNotAvailable : $0.error } ?? .unknownTopicOrPartition
            if request.retry == .no || !code.isRetriable { return .fail(ClientError(code: code)) }
            request.lastFailure = ClientError(code: code)
        }
        if !trackedTopics.contains(topic), neededTopics.insert(topic).inserted, metadata.topics[topic] == nil { askSoon() }
        return needMetadata()
    }

    /// A broker to ask what any can answer: one that is connected and has least to do, else one that is being connected to, else a new one.
    private func anyBroker() -> Route {
        var best: BrokerConnection?
        var opening: BrokerConnection?
        for connection in connections.values {
            if case .coordinator = connection.channel { continue }
            if connection.phase == .ready {
                if best.map({ $0.inFlight.count > connection.inFlight.count }) ?? true { best = connection }
            } else if opening.map({ $0.startedAt < connection.startedAt }) ?? true {
                opening = connection
            }
        }
        if let best { return .connection(best) }
        if let opening, bootstrapStaggerDeadline(opening) != .max || !hasUntried { return .channel(opening.channel) }
        let all = candidates
        let next = all.first { channels[$0] == nil && (histories[$0]?.nextAttemptAt ?? 0) <= now } ?? opening?.channel ?? all.first
        return next.map { .channel($0) } ?? .fail(.configuration("No resolvable bootstrap urls given in bootstrap.servers"))
    }

    /// Brokers to try in turn: those with the fewest failures first, the known ones before the bootstrap list.
    private var candidates: [Channel] {
        let nodes = metadata.brokers.keys.sorted().map { Channel.node($0) }
        let bootstrap = config.bootstrapServers.indices.map { Channel.bootstrap($0) }
        return (nodes + bootstrap).enumerated().sorted { a, b in
            let (x, y) = (histories[a.element]?.failures ?? 0, histories[b.element]?.failures ?? 0)
            return x == y ? a.offset < b.offset : x < y
        }.map(\.element)
    }

    private var hasUntried: Bool { candidates.contains { channels[$0] == nil && (histories[$0]?.nextAttemptAt ?? 0) <= now } }

    private func send(_ request: PendingRequest, on connection: BrokerConnection) {
        let version: Int16
        do throws(ClientError) {
            version = try connection.version(of: request.apiKey, within: request.versions)
        } catch {
            if config.asksControllers, !connection.offers(request.apiKey) {
                let text = "This Admin API is not yet supported when communicating directly with the controller quorum."
                return finish(request, ClientError(.unsupportedVersion, code: .unsupportedEndpointType, message: text, reason: error.message))
            }
            return finish(request, error)
        }
        let correlationId = connection.nextCorrelationId()
        request.attempts += 1
        actions.append(.send(connection.id, request.encode(version, correlationId, config.clientId)))
        if request.expectsResponse {
            request.stage = .inFlight
            let deadline = min(now.after(ms: request.attemptTimeoutMs), request.closesLateConnection ? request.deadline : .max)
            connection.inFlight.append(
                BrokerConnection.InFlight(correlationId: correlationId, version: version, request: request, sentAt: now, deadline: deadline))
        } else {
            request.stage = .finished
            request.sent()
        }
    }

    // MARK: Giving up early

    /// How long a broker that died may still be named: until its session ends (`broker.session.timeout.ms` is 9 s) and another has its role.
    private static let successionMs: Int64 = 20_000

    /// Why a broker that never served this client is not worth waiting for; nil while it is.
    private func hopeless(_ channel: Channel) -> String? {
        guard let id = channel.nodeId, let history = histories[channel], !history.hasServed, hasGivenUp(history) else { return nil }
        if hasServingPeer(of: id), now - (history.failingSince ?? now) < Self.successionMs { return nil }
        return history.lastReason
    }

    /// Whether another broker is reached where it says that it is: then not all of the cluster's addresses are out of reach from here.
    private func hasServingPeer(of id: Int32) -> Bool {
        metadata.brokers.keys.contains { $0 != id && histories[.node($0)]?.hasServed ?? false }
    }

    /// Why no broker can be reached: the last reason, once an attempt has failed and while no connection serves; nil otherwise.
    public var outage: String? {
        if channels.values.contains(where: { $0.phase == .ready }) { return nil }
        return histories.values.filter { $0.failures > 0 && $0.lastReason != nil }.max { ($0.failingSince ?? 0) < ($1.failingSince ?? 0) }?.lastReason
    }

    private func hasGivenUp(_ history: ChannelHistory) -> Bool {
        guard let since = history.failingSince, history.failures > 0 else { return false }
        if history.isUnresolvable { return true }
        let elapsed = now - since
        // Refusals come at once; silence is counted in whole connection timeouts.
        return history.failures >= 3 ? elapsed >= Int64(config.unreachableAfterMs) : elapsed >= Int64(max(config.unreachableAfterMs, 8_000))
    }

    /// When every bootstrap server fails and none was ever reached, waiting for the deadline tells the user nothing new.
    private func failIfUnreachable() {
        guard asksForMetadata, metadata.updatedAt == nil, !waiting.isEmpty else { return }
        var reasons: [String] = []
        for index in config.bootstrapServers.indices {
            guard let history = histories[.bootstrap(index)], !history.hasServed, hasGivenUp(history), channels[.bootstrap(index)] == nil else { return }
            if let reason = history.lastReason, !reasons.contains(reason) { reasons.append(reason) }
        }
        let unresolvable = config.bootstrapServers.indices.allSatisfy { histories[.bootstrap($0)]?.isUnresolvable ?? false }
        let reason = reasons.joined(separator: "; ")
        // A later request starts anew.
        histories = [:]
        for request in waiting {
            let error =
                unresolvable
                ? ClientError(.configuration, message: "No resolvable bootstrap urls given in bootstrap.servers", reason: reason)
                : ClientError(.unreachable, message: request.noNodeMessage, reason: reason)
            give(up: request, error)
        }
    }
}
