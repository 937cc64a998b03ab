import KafkaProtocol

// Fetch, versions 4 to 18. 4: isolation level. 5: log start offset. 7: sessions (KIP-227). 9: leader epoch (KIP-320). 10: zstd. 11: rack.
// 12: flexible. 13: topic ids (KIP-516). 15: replica state. 16: node endpoints. 17: directory ids. 18: follower high watermark.

func handleFetch(_ broker: Broker, _ request: FetchRequest, _ context: RequestContext) {
    guard request.replicaId < 0, request.replicaState.replicaId < 0 else {
        // Followers belong to clusters of several nodes, which this broker does not form.
        var response = FetchResponse()
        response.errorCode = .notLeaderOrFollower
        return context.reply(response)
    }
    switch fetchSession(broker, request, context) {
    case .failure(let code):
        var response = FetchResponse()
        response.errorCode = code
        context.reply(response)
    case .success(let choice):
        let plan = FetchPlan(
            entries: resolve(choice.partitions, broker.partitions.snapshot),
            maxBytes: min(Int(max(request.maxBytes, 0)), broker.settings.fetchMaxBytes), minBytes: Int(request.minBytes),
            readsCommitted: request.isolationLevel == 1, knowsZstd: context.version >= 10, session: choice.session, isFull: choice.isFull,
            sessionId: choice.session?.id ?? 0)
        let outcome = plan.read()
        let mustAnswer = plan.entries.isEmpty || outcome.hasError || outcome.sizeBytes >= plan.minBytes || request.maxWaitMs <= 0
        if mustAnswer { return context.reply(plan.response(outcome)) }
        DelayedFetch.park(plan, outcome, deadline: context.now + Int64(request.maxWaitMs), context, broker.timers)
    }
}

private struct SessionChoice {
    var session: FetchSession?
    var isFull: Bool
    var partitions: [(FetchKey, FetchPosition)]
}

/// Finds, makes, updates or ends the session that the request's id and epoch speak of (KIP-227).
private func fetchSession(_ broker: Broker, _ request: FetchRequest, _ context: RequestContext) -> Result<SessionChoice, ErrorCode> {
    let usesTopicIds = context.version >= 13
    let asked = request.topics.flatMap { topic in
        topic.partitions.map { partition in
            (
                FetchKey(topic: topic.topic, topicId: topic.topicId, partition: partition.partition),
                FetchPosition(
                    offset: partition.fetchOffset, maxBytes: partition.partitionMaxBytes, currentLeaderEpoch: partition.currentLeaderEpoch)
            )
        }
    }
    if request.sessionEpoch <= 0 {
        if request.sessionId != 0 { broker.fetchSessions.remove(request.sessionId) }
        guard request.sessionEpoch == 0, let session = broker.fetchSessions.create(usesTopicIds: usesTopicIds, now: context.now) else {
            return .success(SessionChoice(session: nil, isFull: true, partitions: asked))
        }
        session.state.withLock { state in
            for (key, position) in asked {
                if state.positions.updateValue(position, forKey: key) == nil { state.order.append(key) }
            }
        }
        return .success(SessionChoice(session: session, isFull: true, partitions: asked))
    }
    guard let session = broker.fetchSessions.session(request.sessionId) else { return .failure(.fetchSessionIdNotFound) }
    return session.state.withLock { state in
        guard state.epoch == request.sessionEpoch else { return .failure(.invalidFetchSessionEpoch) }
        guard state.usesTopicIds == usesTopicIds else { return .failure(.fetchSessionTopicIdError) }
        state.epoch = FetchSession.nextEpoch(after: state.epoch)
        state.lastUsedMs = context.now
        for (key, position) in asked {
            if state.positions.updateValue(position, forKey: key) == nil { state.order.append(key) }
        }
        var forgotten: Set<FetchKey> = []
        for topic in request.forgottenTopicsData {
            for partition in topic.partitions { forgotten.insert(FetchKey(topic: topic.topic, topicId: topic.topicId, partition: partition)) }
        }
        if !forgotten.isEmpty {
            state.order.removeAll { forgotten.contains($0) }
            for key in forgotten {
                state.positions.removeValue(forKey: key)
                state.told.removeValue(forKey: key)
            }
        }
        let partitions = state.order.compactMap { key in state.positions[key].map { (key, $0) } }
        return .success(SessionChoice(session: session, isFull: false, partitions: partitions))
    }
}

private func resolve(_ asked: [(FetchKey, FetchPosition)], _ table: PartitionTable.Snapshot) -> [FetchEntry] {
    asked.map { key, position in
        if key.topicId != .zero {
            guard let name = table.names[key.topicId] else { return FetchEntry(key: key, position: position, error: .unknownTopicId) }
            let partition = table.partition(name, key.partition)
            return FetchEntry(key: key, position: position, partition: partition, error: .unknownTopicOrPartition)
        }
        return FetchEntry(key: key, position: position, partition: table.partition(key.topic, key.partition), error: .unknownTopicOrPartition)
    }
}
