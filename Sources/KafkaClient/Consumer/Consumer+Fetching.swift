import KafkaProtocol
import Vocabulary

/// Keeping one fetch under way to every broker that leads something to read.
extension Consumer {
    /// Bytes of one partition that may lie here unread while the next fetch asks for more: one full answer, so that the broker reads on while the
    /// application works.
    private var partitionBufferLimit: Int { max(config.maxPartitionFetchBytes, 1) }

    /// Looks at the partitions about which something has changed: asks what they need, or sees from whom to fetch them.
    func arrange(_ now: Int64) {
        if port.metadata.version != arrangedMetadataVersion {
            arrangedMetadataVersion = port.metadata.version
            for state in states.values { agenda.add(state) }
        }
        for (node, fetch) in nodes where now >= fetch.preferredUntil {
            nodes[node]?.preferredUntil = .max
            for partition in fetch.session.partitions { if let state = states[partition] { agenda.add(state) } }
        }
        var needy: [PartitionState] = []
        for state in agenda.take(now: now) where states[state.partition] === state {
            leaderless.remove(state.partition)
            if state.need == .nothing, let node = fetchNode(state, now) {
                want(state, from: node)
            } else {
                withdraw(state)
            }
            if state.need != .nothing { needy.append(state) }
        }
        resolvePositions(needy, now)
        if !leaderless.isEmpty { refreshMissing(now) }
    }

    func sendFetches(_ now: Int64) {
        // What is here is handed out first: memory stays bounded, and no long poll for the others holds up a partition that has more.
        if agenda.bufferedBytes >= config.fetchMaxBytes, agenda.bufferedBytes > 0 { return }
        for node in nodes.keys.sorted() where nodes[node]?.mayFetch(now) == true { sendFetch(to: node) }
    }

    private func want(_ state: PartitionState, from node: Int32) {
        if state.node != node { withdraw(state) }
        let entry = FetchSession.Entry(
            topicId: port.metadata.topic(state.partition.topic)?.id ?? .zero, offset: state.fetchOffset,
            maxBytes: Int32(clamping: config.maxPartitionFetchBytes),
            leaderEpoch: state.leaderEpoch, stamp: state.stamp)
        nodes[node, default: NodeFetch()].session.want(state.partition, entry)
        state.node = node
        let isFull = state.bufferedBytes > partitionBufferLimit
        if isFull != state.isFull { nodes[node]?.full += isFull ? 1 : -1 }
        state.isFull = isFull
        if let until = state.preferredReplica?.until, let first = nodes[node]?.preferredUntil, until < first { nodes[node]?.preferredUntil = until }
    }

    /// Fetches a partition from nobody.
    func withdraw(_ state: PartitionState) {
        guard let node = state.node else { return }
        nodes[node]?.session.drop(state.partition)
        if state.isFull { nodes[node]?.full -= 1 }
        state.node = nil
        state.isFull = false
    }

    /// The broker to fetch from; nil while there is none, while the partition is not to be fetched, or when the position must be validated first.
    private func fetchNode(_ state: PartitionState, _ now: Int64) -> Int32? {
        guard state.position != nil, !state.isPaused else { return nil }
        if now < state.retryAt {
            agenda.addWhenDue(state)
            return nil
        }
        let partition = state.partition
        guard let leader = port.metadata.leader(partition.topic, partition.partition) else {
            leaderless.insert(partition)
            return nil
        }
        let epoch = port.metadata.partition(partition.topic, partition.partition)?.leaderEpoch ?? -1
        if epoch > state.leaderEpoch {
            if state.leaderEpoch >= 0 && state.fetchEpoch >= 0 && state.fetchEpoch < epoch {
                state.need = .validation
                state.preferredReplica = nil
                return nil
            }
            state.leaderEpoch = epoch
        } else if epoch < state.leaderEpoch {
            // The topic was created anew, or this metadata is stale; then the leader says so.
            state.leaderEpoch = epoch
        }
        if let preferred = state.preferredReplica {
            if now < preferred.until, port.metadata.brokers[preferred.node] != nil { return preferred.node }
            state.preferredReplica = nil
        }
        return leader.id
    }

    private func sendFetch(to node: Int32) {
        var request = FetchRequest()
        request.maxWaitMs = Int32(clamping: config.fetchMaxWaitMs)
        request.minBytes = Int32(clamping: config.fetchMinBytes)
        request.maxBytes = Int32(clamping: config.fetchMaxBytes)
        request.isolationLevel = config.readsCommittedOnly ? 1 : 0
        request.rackId = config.clientRack
        nodes[node]?.session.fill(&request) { [states] in states[$0]?.turn ?? 0 }
        nodes[node]?.isInFlight = true
        // Topic ids replace names from version 13 on; a cluster that has none is asked by name.
        let hasIds = nodes[node]?.session.hasIds ?? true
        var options = RequestOptions(
            timeoutMs: port.requestTimeoutMs + config.fetchMaxWaitMs, attemptTimeoutMs: port.requestTimeoutMs + config.fetchMaxWaitMs, retry: .no,
            versions: hasIds ? 4...18 : 4...12)
        options.heldMs = config.fetchMaxWaitMs
        _ = port.submit(to: .node(node), options: options, build: { [request] _ in request }, retryCode: nil) { [weak self] result in
            guard let self else { return }
            self.nodes[node]?.isInFlight = false
            switch result {
            case .failure(let error): self.fetchFailed(node, error)
            case .success(let answer): self.fetched(node, answer)
            }
        }
    }

    private func fetchFailed(_ node: Int32, _ error: ClientError) {
        nodes[node]?.session.restart()
        nodes[node]?.retryAt = port.now + Int64(port.retryBackoffMs)
        for partition in nodes[node]?.session.partitions ?? [:].keys where states[partition]?.preferredReplica?.node == node {
            states[partition]?.preferredReplica = nil
        }
        if port.isFatal(error) { fail(error) } else { port.refreshMetadata() }
    }

    private func fetched(_ node: Int32, _ answer: FetchResponse) {
        nodes[node]?.session.answered(answer)
        if answer.errorCode != .none {
            let isSessionError = [
                ErrorCode.fetchSessionIdNotFound, .invalidFetchSessionEpoch, .fetchSessionTopicIdError, .inconsistentTopicId, .unknownTopicId,
            ].contains(answer.errorCode)
            if !isSessionError {
                if !answer.errorCode.isRetriable { fail(ClientError(code: answer.errorCode)) }
                nodes[node]?.retryAt = port.now + Int64(port.retryBackoffMs)
            }
            nodes[node]?.trouble = isSessionError ? nil : answer.errorCode
            if answer.errorCode != .fetchSessionIdNotFound { port.refreshMetadata() }
            return
        }
        nodes[node]?.trouble = nil
        if answer.responses.allSatisfy({ $0.partitions.allSatisfy { $0.errorCode == .none } }) { hasFetched = true }
        for topic in answer.responses {
            guard let name = topic.topic.isEmpty ? nodes[node]?.session.topicName(topic.topicId) : topic.topic else { continue }
            for field in topic.partitions {
                let partition = TopicPartition(name, field.partitionIndex)
                guard let entry = nodes[node]?.session.asked(partition), let state = states[partition], state.stamp == entry.stamp,
                    state.fetchOffset == entry.offset
                else { continue }
                take(field, for: state, node)
            }
        }
    }

    private func take(_ field: FetchResponse.FetchableTopicResponse.PartitionData, for state: PartitionState, _ node: Int32) {
        guard field.errorCode == .none else { return fetchRefused(field.errorCode, state) }
        state.trouble = nil
        hasFetched = true
        state.highWatermark = field.highWatermark
        state.lastStableOffset = field.lastStableOffset
        state.logStartOffset = field.logStartOffset
        if field.preferredReadReplica >= 0, field.preferredReadReplica != node {
            state.preferredReplica = (field.preferredReadReplica, port.now + 300_000)
        }
        guard let bytes = field.records?.bytes, !bytes.isEmpty else { return }
        do throws(ClientError) {
            let records = try FetchedRecords(
                partition: state.partition, startOffset: state.fetchOffset, bytes: bytes, checksCrcs: config.checkCrcs,
                abortedTransactions: config.readsCommittedOnly ? field.abortedTransactions ?? [] : nil)
            state.fetchOffset = records.nextOffset
            if records.leaderEpoch >= 0 { state.fetchEpoch = records.leaderEpoch }
            state.bufferedBytes += bytes.count
            ready.append(.init(records: records, stamp: state.stamp))
        } catch {
            fail(error)
        }
    }

    private func fetchRefused(_ code: ErrorCode, _ state: PartitionState) {
        let partition = state.partition
        switch code {
        case .offsetOutOfRange:
            if state.preferredReplica != nil {
                // A follower may lag: the leader decides.
                state.preferredReplica = nil
            } else if state.bufferedBytes > 0 {
                state.retryAt = port.now + Int64(port.retryBackoffMs)
            } else if config.resetPolicy == .none {
                fail(
                    ClientError(
                        .broker, code: code, exceptionClass: "org.apache.kafka.clients.consumer.OffsetOutOfRangeException",
                        message: "Fetch position \(state.fetchOffset) is out of range for partition \(partition)"))
            } else {
                state.reset(resetNeed)
            }
        case .topicAuthorizationFailed: fail(ClientError(code: code, message: "Not authorized to access topics: [\(partition.topic)]"))
        case .corruptMessage:
            fail(
                ClientError(
                    .broker, code: code, exceptionClass: "org.apache.kafka.common.KafkaException",
                    message: "Encountered corrupt message when fetching offset \(state.fetchOffset) for topic-partition \(partition)"))
        default:
            guard code.isRetriable || code == .unknownServerError else {
                return fail(
                    ClientError(
                        .broker, code: code, exceptionClass: "java.lang.IllegalStateException",
                        message: "Unexpected error code \(code.rawValue) while fetching at offset \(state.fetchOffset) from topic-partition \(partition)"))
            }
            state.preferredReplica = nil
            state.trouble = code
            state.retryAt = port.now + Int64(port.retryBackoffMs)
            port.refreshMetadata()
        }
    }
}
