import KafkaProtocol

/// Why nothing is written.
extension Producer {
    /// What keeps records that wait from being sent, each reason once.
    /// - Parameters:
    ///   - wanted: a topic for which a record is on offer that could not be taken yet
    ///   - silentAfterMs: how long a broker may take before it counts as silent
    public func obstacles(wanted: ProducerTopic? = nil, silentAfterMs: Int64 = ObstacleWatch.silenceMs) -> [Obstacle] {
        guard failure == nil, wanted != nil || !active.isEmpty else { return [] }
        if core.metadata.updatedAt == nil || core.outage != nil { return [core.obstacle(to: .any, silentAfterMs: silentAfterMs)].compactMap { $0 } }
        var found: [Obstacle] = []
        func add(_ obstacle: Obstacle?) { if let obstacle { found.append(obstacle) } }
        if let wanted, wanted.partitions.isEmpty {
            let error = core.metadata.topic(wanted.name)?.error ?? .none
            add(error == .none ? core.obstacle(to: .any, silentAfterMs: silentAfterMs) : .topic(wanted.name, error))
        }
        if isAskingForIdentity, identity == .none { found += core.obstacles(silentAfterMs: silentAfterMs) }
        for partition in active {
            let target = Target.leader(partition.topic, partition.index)
            if let obstacle = core.obstacle(to: target, silentAfterMs: silentAfterMs) {
                add(obstacle)
            } else if let failure = partition.waiting.first?.lastError, failure.kind == .broker, let code = failure.code {
                add(.partitions(topic: partition.topic, [partition.index], code))
            }
        }
        return found.merged
    }
}
