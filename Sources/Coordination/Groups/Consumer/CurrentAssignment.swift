import KafkaProtocol

/// What brings one member to the target assignment, a step with each heartbeat: first it gives up what it may not keep, then its epoch becomes
/// that of the target, then it gets what nobody else has any more.
struct CurrentAssignment {
    let targetEpoch: Int32
    let target: AssignedPartitions
    /// Ids of the topics that the member subscribes to now; the target may be older than that.
    let subscribed: Set<Uuid>
    let hasSubscriptionChanged: Bool
    /// What the member says it has; nil when it does not say.
    let owned: AssignedPartitions?
    let hasOwner: (Uuid, Int32) -> Bool

    /// The member after the next step; the same when there is none to take. FENCED_MEMBER_EPOCH for a state that only newer brokers know.
    func next(_ member: ConsumerMember) throws(GroupError) -> ConsumerMember {
        switch member.state {
        case .stable:
            if member.epoch != targetEpoch { return advance(member, from: member.epoch) }
            return hasSubscriptionChanged ? withoutUnsubscribed(member) : member
        case .unrevokedPartitions:
            if owns(any: member.pendingRevocation) { return hasSubscriptionChanged ? withoutUnsubscribed(member) : member }
            // The target of the next epoch may not exist yet when it was a change of the subscription that took partitions away.
            return advance(member, from: min(member.epoch &+ 1, targetEpoch))
        case .unreleasedPartitions:
            return advance(member, from: member.epoch)
        case .unknown:
            guard owned?.isEmpty == true else {
                throw GroupError(
                    .fencedMemberEpoch, "The consumer group member is in a unknown state. The member must abandon all its partitions and rejoin.")
            }
            return advance(member, from: targetEpoch)
        }
    }

    private func owns(any partitions: OwnedPartitions) -> Bool {
        guard let owned else { return true }
        return owned.contains { topicId, indexes in indexes.contains { partitions[topicId]?[$0] != nil } }
    }

    private func advance(_ member: ConsumerMember, from epoch: Int32) -> ConsumerMember {
        var kept: OwnedPartitions = [:]
        var revoked: OwnedPartitions = [:]
        for (topicId, partitions) in member.assigned {
            let wanted = subscribed.contains(topicId) ? target[topicId] ?? [] : []
            for (partition, since) in partitions {
                if wanted.contains(partition) { kept[topicId, default: [:]][partition] = since } else { revoked[topicId, default: [:]][partition] = since }
            }
        }
        var next = member
        next.previousEpoch = member.epoch
        if !revoked.isEmpty && owns(any: revoked) {
            next.state = .unrevokedPartitions
            next.epoch = epoch
            next.assigned = kept
            next.pendingRevocation = revoked
            return next
        }
        var waits = false
        for (topicId, partitions) in target where subscribed.contains(topicId) {
            for partition in partitions where member.assigned[topicId]?[partition] == nil {
                // What the member has given up itself and is to have again is free.
                let isOwn = member.pendingRevocation[topicId]?[partition] != nil
                if hasOwner(topicId, partition) && !isOwn { waits = true } else { kept[topicId, default: [:]][partition] = targetEpoch }
            }
        }
        next.state = waits ? .unreleasedPartitions : .stable
        next.epoch = targetEpoch
        next.assigned = kept
        next.pendingRevocation = [:]
        return next
    }

    /// Takes away the topics that the member unsubscribed from, before there is a target assignment that says so.
    private func withoutUnsubscribed(_ member: ConsumerMember) -> ConsumerMember {
        let removed = member.assigned.filter { !subscribed.contains($0.key) }
        if removed.isEmpty { return member }
        var next = member
        next.previousEpoch = member.epoch
        next.assigned = member.assigned.filter { subscribed.contains($0.key) }
        let revoked = member.pendingRevocation.merging(removed) { $0.merging($1) { $1 } }
        if owns(any: revoked) {
            next.state = .unrevokedPartitions
            next.pendingRevocation = revoked
        }
        return next
    }
}
