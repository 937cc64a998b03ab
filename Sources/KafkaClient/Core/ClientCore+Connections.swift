import KafkaProtocol
import Security

// Connections: opening, the handshake, answers, losing them.
extension ClientCore {
    /// When a bootstrap server that does not answer gets company from the next one.
    private static let bootstrapStaggerMs: Int64 = 1_000

    func bootstrapStaggerDeadline(_ connection: BrokerConnection) -> Int64 {
        guard case .bootstrap = connection.channel, config.bootstrapServers.count > 1 else { return .max }
        let due = connection.startedAt + Self.bootstrapStaggerMs
        return due > now ? due : .max
    }

    /// The channel's connection when it is ready; otherwise starts one unless its backoff forbids.
    func ready(_ channel: Channel) -> BrokerConnection? {
        if let connection = channels[channel] { return connection.phase == .ready ? connection : nil }
        if let history = histories[channel], history.nextAttemptAt > now { return nil }
        guard let address = address(of: channel) else { return nil }
        lastConnection += 1
        let id = ConnectionID(lastConnection)
        let connection = BrokerConnection(
            id: id, host: address.host, port: address.port, channel: channel, now: now, config: config, sasl: saslExchange())
        connections[id] = connection
        channels[channel] = connection
        actions.append(.connect(id, host: address.host, port: address.port))
        return nil
    }

    private func address(of channel: Channel) -> (host: String, port: Int)? {
        switch channel {
        case .bootstrap(let index):
            return (config.bootstrapServers[index].host, config.bootstrapServers[index].port)
        case .node(let id), .coordinator(let id):
            return metadata.brokers[id].map { ($0.host, $0.port) }
        }
    }

    private func saslExchange() -> (any SaslExchange)? {
        guard config.security.usesSasl, let sasl = config.security.sasl else { return nil }
        guard sasl.mechanism.hasPrefix("SCRAM-"), let crypto else { return PlainExchange(username: sasl.username, password: sasl.password) }
        let hash = sasl.mechanism == "SCRAM-SHA-512" ? SaslHash.sha512 : .sha256
        return ScramExchange(hash: hash, username: sasl.username, password: sasl.password, crypto: crypto)
    }

    func connected(_ id: ConnectionID) {
        guard let connection = connections[id], connection.phase == .connecting else { return }
        connection.phase = .handshake
        actions.append(.send(id, [.bytes(connection.handshake.start())]))
    }

    func received(_ id: ConnectionID, _ frames: [Bytes]) {
        for frame in frames {
            // An earlier frame may have closed the connection.
            guard let connection = connections[id] else { return }
            if connection.phase == .ready { receive(frame, on: connection) } else { shake(frame, connection) }
        }
    }

    private func shake(_ frame: Bytes, _ connection: BrokerConnection) {
        switch connection.handshake.receive(frame) {
        case .send(let bytes): actions.append(.send(connection.id, [.bytes(bytes)]))
        case .ready:
            connection.phase = .ready
            if connection.handshake.features.epoch > finalizedFeatures.epoch { finalizedFeatures = connection.handshake.features }
        case .failed(let error):
            if error.kind == .authentication {
                let channel = connection.channel
                drop(connection, reason: error.message)
                failWaiting(on: channel, with: error)
            } else {
                drop(connection, reason: error.reason ?? error.message)
            }
        }
    }

    private func receive(_ frame: Bytes, on connection: BrokerConnection) {
        guard let flight = connection.inFlight.first, frame.count >= 4, frame.load(0, as: Int32.self) == flight.correlationId else {
            return drop(connection, reason: "the peer answered something that was not asked")
        }
        connection.inFlight.removeFirst()
        if !connection.hasServed {
            connection.hasServed = true
            histories[connection.channel] = ChannelHistory(hasServed: true)
        }
        guard let request = flight.request else { return }
        switch request.answer(frame, flight.version, mayRetry(request)) {
        case .done: request.stage = .finished
        case .retry(let code): retry(request, after: ClientError(code: code))
        case .malformed(let error):
            finish(request, ClientError(.malformed, message: "The broker's answer could not be read.", reason: error.description))
            drop(connection, reason: error.description)
        }
    }

    /// The driver says that the connection is gone.
    func disconnected(_ id: ConnectionID, _ reason: String, isUnresolvable: Bool) {
        guard let connection = connections[id] else { return }
        lose(connection, reason: explained(reason, connection), isUnresolvable: isUnresolvable)
    }

    /// Closes a connection that misbehaves.
    func drop(_ connection: BrokerConnection, reason: String) {
        guard connections[connection.id] != nil else { return }
        actions.append(.close(connection.id))
        lose(connection, reason: reason, isUnresolvable: false)
    }

    /// A peer that accepts, and closes without a word, often expects another security protocol.
    private func explained(_ reason: String, _ connection: BrokerConnection) -> String {
        guard connection.phase == .handshake, !connection.handshake.hasAnswer, !config.security.usesTLS, reason == DisconnectReason.closedByPeer.text else {
            if connection.phase == .ready, !connection.hasServed, !config.security.usesSasl, reason == DisconnectReason.closedByPeer.text {
                return reason + " (does the listener want SASL? see security.protocol)"
            }
            return reason
        }
        return reason + " without an answer (a TLS listener? see security.protocol)"
    }

    private func lose(_ connection: BrokerConnection, reason: String, isUnresolvable: Bool) {
        let where_ = "\(connection.host):\(connection.port): \(reason)"
        connections[connection.id] = nil
        if channels[connection.channel] === connection { channels[connection.channel] = nil }
        noteFailure(connection, reason: where_, isUnresolvable: isUnresolvable)
        if case .coordinator(let node) = connection.channel { forgetCoordinators(on: node) }
        if case .node(let node) = connection.channel {
            forgetCoordinators(on: node)
            metadataWanted = metadataWanted || asksForMetadata
        }
        let error = ClientError(
            .disconnected, message: "The connection to \(connection.host):\(connection.port) was lost before the answer came.", reason: where_)
        for flight in connection.inFlight { if let request = flight.request { retryOrFail(request, after: error) } }
        if connection.phase == .ready { return }
        // Those that wanted just this broker and no second try.
        for request in waiting where request.stage == .needsConnection(connection.channel) {
            request.lastFailure = error
            if request.retry == .no, request.target != .any { give(up: request, error) }
        }
    }

    private func noteFailure(_ connection: BrokerConnection, reason: String, isUnresolvable: Bool) {
        var history = histories[connection.channel] ?? ChannelHistory()
        // A connection that served and ended (an idle one is closed by the broker) is no failure, but is not reopened in a tight loop either.
        if connection.hasServed {
            history.failures = 0
            history.failingSince = nil
        }
        history.failures += 1
        history.failingSince = history.failingSince ?? connection.startedAt
        history.isUnresolvable = isUnresolvable
        history.lastReason = reason
        history.nextAttemptAt = now + backoff(history.failures, base: config.reconnectBackoffMs, limit: config.reconnectBackoffMaxMs)
        histories[connection.channel] = history
    }

    /// Authentication does not get better by trying again: what waits for the channel fails.
    private func failWaiting(on channel: Channel, with error: ClientError) {
        for request in waiting {
            let waitsHere = request.stage == .needsConnection(channel) || request.target == .any || metadata.updatedAt == nil
            if waitsHere { give(up: request, error) }
        }
    }

    /// Fails a waiting request.
    func give(up request: PendingRequest, _ error: ClientError) {
        waiting.removeAll { $0 === request }
        finish(request, error)
    }
}
