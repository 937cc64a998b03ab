import KafkaProtocol

/// Why nothing is read.
extension Consumer {
    /// What keeps this consumer from reading some or all of what it is to read, each reason once; empty while all of it is read, and when `poll`
    /// fails, which says why itself.
    /// - Parameter silentAfterMs: how long a broker may take before it counts as silent.
    public func obstacles(silentAfterMs: Int64 = ObstacleWatch.silenceMs) -> [Obstacle] {
        if failure != nil || isClosed { return [] }
        // Without any broker, what else is missing follows from that.
        if port.metadata.updatedAt == nil || port.outage != nil { return [port.obstacle(to: .any, silentAfterMs: silentAfterMs)].compactMap { $0 } }
        var found: [Obstacle] = []
        func add(_ obstacle: Obstacle?) { if let obstacle { found.append(obstacle) } }
        var areTopicsThere = true
        for topic in wantedTopics {
            guard let known = port.metadata.topic(topic) else {
                areTopicsThere = false
                add(port.obstacle(to: .any, silentAfterMs: silentAfterMs))
                continue
            }
            if known.error != .none {
                areTopicsThere = false
                add(.topic(topic, known.error))
            }
        }
        if case .pattern = subscription, matchCount == 0 {
            areTopicsThere = false
            add(.noMatchingTopic)
        }
        add(member?.obstacle(silentAfterMs: silentAfterMs))
        if let groupId = config.groupId, let member, member.isMember, states.isEmpty, areTopicsThere, found.isEmpty { add(.noAssignment(group: groupId)) }
        return (found + partitionObstacles(silentAfterMs)).merged
    }

    private var wantedTopics: [String] {
        switch subscription {
        case .topics(let names): names.sorted()
        case .manual: Set(states.keys.map(\.topic)).sorted()
        case .none, .pattern: []
        }
    }

    private func partitionObstacles(_ silentAfterMs: Int64) -> [Obstacle] {
        var found: [Obstacle] = []
        var askedNodes: Set<Int32> = []
        var asksGroup = false
        for state in states.values.sorted(by: { $0.turn < $1.turn }) {
            let partition = state.partition
            guard port.metadata.topic(partition.topic)?.error == ErrorCode.none else { continue }
            guard let leader = port.metadata.leader(partition.topic, partition.partition) else {
                port.metadata.obstacle(partition.topic, partition.partition).map { found.append($0) }
                continue
            }
            if state.need == .committedOffset { asksGroup = true } else { askedNodes.insert(leader.id) }
            if let code = state.trouble { found.append(.partitions(topic: partition.topic, [partition.partition], code)) }
            if isHeldByTransaction(state) { found.append(.openTransaction(partition)) }
        }
        if asksGroup, let groupId = config.groupId {
            port.obstacle(to: .groupCoordinator(groupId), silentAfterMs: silentAfterMs).map { found.append($0) }
        }
        for node in askedNodes.sorted() {
            port.obstacle(to: .node(node), silentAfterMs: silentAfterMs).map { found.append($0) }
            nodes[node]?.trouble.map { found.append(.refused(api: APIKey.fetch.name, $0)) }
        }
        return found
    }

    /// Everything up to the last stable offset was handed out, and more is there.
    private func isHeldByTransaction(_ state: PartitionState) -> Bool {
        config.readsCommittedOnly && state.need == .nothing && state.bufferedBytes == 0 && state.lastStableOffset >= 0
            && state.fetchOffset == state.lastStableOffset && state.highWatermark > state.lastStableOffset
    }
}
