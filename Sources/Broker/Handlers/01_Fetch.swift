import KafkaProtocol
import Security
import Vocabulary

// Fetch, versions 4 to 18. 4: isolation level. 5: log start offset. 7: sessions (KIP-227). 9: leader epoch (KIP-320). 10: zstd. 11: rack.
// 12: flexible. 13: topic ids (KIP-516). 15: replica state. 16: node endpoints. 17: directory ids. 18: follower high watermark.

func handleFetch(_ broker: Broker, _ request: FetchRequest, _ context: RequestContext) {
    switch fetchSession(broker, request, context) {
    case .failure(let code):
        var response = FetchResponse()
        response.errorCode = code
        context.reply(response)
    case .success(let choice):
        let isFollower = request.replicaId >= 0 || request.replicaState.replicaId >= 0
        if isFollower, !context.allows(.clusterAction, .cluster) { return context.refuse(request, .clusterAuthorizationFailed) }
        let entries = resolve(choice.partitions, broker, context, isFollower: isFollower)
        let canRead = entries.contains { $0.partition != nil }
        guard !canRead || [0, 1].contains(request.isolationLevel) else {
            if request.sessionEpoch == 0, let session = choice.session { broker.fetchSessions.remove(session.id) }
            return context.refuse(request, .unknownServerError)
        }
        let plan = FetchPlan(
            entries: entries, reader: reader(of: request, context.version), maxBytes: min(Int(request.maxBytes), broker.settings.fetchMaxBytes),
            minBytes: Int(request.minBytes),
            readsCommitted: request.isolationLevel == 1, knowsZstd: context.version >= 10, session: choice.session, isFull: choice.isFull,
            sessionId: choice.session?.id ?? 0,
            hints: context.version >= 16 && !isFollower ? LeaderHints(broker: broker, listener: context.listener) : nil)
        let outcome = plan.read(arrival: context.now)
        let mustAnswer = !canRead || outcome.hasError || outcome.sizeBytes >= plan.minBytes || request.maxWaitMs <= 0
        if mustAnswer { return context.reply(plan.response(outcome)) }
        DelayedFetch.park(plan, outcome, deadline: context.now + Int64(request.maxWaitMs), context, broker.timers)
    }
}

/// Who reads. Since version 11 a consumer says where it stands and may be sent to a follower (KIP-392).
private func reader(of request: FetchRequest, _ version: Int16) -> FetchReader {
    let state = request.replicaState
    if state.replicaId >= 0 { return .follower(state.replicaId, brokerEpoch: state.replicaEpoch) }
    if request.replicaId >= 0 { return .follower(request.replicaId, brokerEpoch: -1) }
    return .consumer(rack: version >= 11 ? request.rackId : nil)
}

private struct SessionChoice {
    var session: FetchSession?
    var isFull: Bool
    var partitions: [(FetchKey, FetchPosition)]
}

/// Finds, makes, updates or ends the session that the request's id and epoch speak of (KIP-227).
private func fetchSession(_ broker: Broker, _ request: FetchRequest, _ context: RequestContext) -> Result<SessionChoice, ErrorCode> {
    let usesTopicIds = context.version >= 13
    let asked = positions(in: request)
    if request.sessionEpoch == 0 || request.sessionEpoch == -1 {
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
    let result: Result<SessionChoice, ErrorCode> = session.state.withLock { state in
        guard state.epoch == request.sessionEpoch else { return .failure(.invalidFetchSessionEpoch) }
        guard state.usesTopicIds == usesTopicIds else { return .failure(.fetchSessionTopicIdError) }
        state.epoch = FetchSession.nextEpoch(after: state.epoch)
        state.lastUsedMs = context.now
        for (key, position) in asked {
            let before = state.positions.updateValue(position, forKey: key)
            if before == nil { state.order.append(key) }
            // A follower may not have taken what it was told while it knew another epoch.
            if before?.currentLeaderEpoch != position.currentLeaderEpoch { state.told[key] = nil }
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
    // A session that has lost its last partition ends.
    if case .success(let choice) = result, choice.partitions.isEmpty {
        broker.fetchSessions.remove(session.id)
        return .success(SessionChoice(session: nil, isFull: true, partitions: []))
    }
    return result
}

/// What is asked of each partition. One that is named twice is read once, where it was named first, as it was asked last.
private func positions(in request: FetchRequest) -> [(FetchKey, FetchPosition)] {
    var asked: [(key: FetchKey, position: FetchPosition)] = []
    for topic in request.topics {
        for partition in topic.partitions {
            asked.append(
                (
                    FetchKey(topic: topic.topic, topicId: topic.topicId, partition: partition.partition),
                    FetchPosition(
                        offset: Offset(partition.fetchOffset), maxBytes: partition.partitionMaxBytes,
                        currentLeaderEpoch: LeaderEpoch(partition.currentLeaderEpoch), lastFetchedEpoch: LeaderEpoch(partition.lastFetchedEpoch),
                        logStart: Offset(partition.logStartOffset))
                ))
        }
    }
    var places: [FetchKey: Int] = [:]
    for (place, row) in asked.enumerated() where places[row.key] == nil { places[row.key] = place }
    guard places.count < asked.count else { return asked }
    for row in asked { asked[places[row.key] ?? 0].position = row.position }
    return asked.enumerated().filter { places[$1.key] == $0 }.map(\.element)
}

private func resolve(
    _ asked: [(FetchKey, FetchPosition)], _ broker: Broker, _ context: RequestContext, isFollower: Bool
) -> [FetchEntry] {
    let table = broker.partitions.snapshot
    var allowed: (topic: String, isAllowed: Bool)?
    return asked.map { key, position in
        guard let name = context.version >= 13 ? broker.topicName(key.topicId, table) : key.topic else {
            return FetchEntry(key: key, position: position, error: .unknownTopicId)
        }
        // Partitions of a topic come together.
        if !isFollower, allowed?.topic != name { allowed = (name, context.allows(.read, .topic(name))) }
        if allowed?.isAllowed == false { return FetchEntry(key: key, position: position, error: .topicAuthorizationFailed) }
        if let partition = table.partition(name, key.partition) {
            return FetchEntry(key: key, position: position, partition: partition, error: .unknownTopicOrPartition)
        }
        return FetchEntry(key: key, position: position, error: broker.metadata.whyMissing(name, key.partition).code)
    }
}
