import KafkaProtocol

/// What requests and timers of groups of the consumer protocol share.
extension GroupShard {
    /// A draft of a group that a request can write to. A group that is not there is begun if `creates` says so, in place of a classic one if that
    /// is empty or if its members can come along; the answers that those wait for go to `outcome`.
    mutating func draft(of id: String, creates: Bool, now: Int64, _ outcome: inout GroupOutcome) throws(GroupError) -> ConsumerGroupDraft {
        if let group = consumerGroup(id) { return ConsumerGroupDraft(group, image: image, now: now) }
        guard creates else {
            throw groups[id] == nil ? GroupError(.groupIdNotFound, "Consumer group \(id) not found.") : notAConsumerGroup(id)
        }
        let classic = classicGroup(id)
        if let classic, !classic.members.isEmpty { return try upgrade(classic, now: now, &outcome) }
        let replaced = classic.map { $0.isInLog ? [$0.tombstone] : [] } ?? []
        return ConsumerGroupDraft(ConsumerGroup(groupId: id), records: foreignTombstones(id) + replaced, image: image, now: now)
    }

    /// Begins a new epoch when a subscription has changed, or when the cluster's topics have since the group was last looked at.
    mutating func refreshEpoch(_ draft: inout ConsumerGroupDraft, hasSubscriptionChanged: Bool) {
        guard hasSubscriptionChanged || checkedImages[draft.group.groupId] != image.offset else { return }
        draft.resolveRegexes(all: checkedImages[draft.group.groupId] != image.offset)
        draft.refreshEpoch(hasSubscriptionChanged: hasSubscriptionChanged)
    }

    /// Computes the target assignment of a new epoch, unless the last one is so recent that more changes may follow (KIP-1263); then a timer does.
    mutating func assignIfDue(_ draft: inout ConsumerGroupDraft) {
        let group = draft.group
        guard group.epoch > group.assignmentEpoch else { return }
        let interval = Int64(groupSetting(group.groupId, "consumer.assignment.interval.ms", configuration.consumerAssignmentIntervalMs))
        let elapsed = draft.now - group.assignmentTimestamp
        if elapsed >= interval || elapsed < 0 {
            draft.assign(configuration.consumerAssignors.first ?? .uniform)
        } else {
            timers.schedule(.consumerAssignment(group: group.groupId), at: group.assignmentTimestamp + interval)
        }
    }

    mutating func expireAssignmentDelay(_ id: String, now: Int64, _ outcome: inout GroupOutcome) {
        guard let group = consumerGroup(id), !group.members.isEmpty else { return }
        var draft = ConsumerGroupDraft(group, image: image, now: now)
        assignIfDue(&draft)
        outcome.records += draft.records
    }

    /// A group's own value of a setting, or the broker's.
    func groupSetting(_ id: String, _ key: String, _ broker: Int32) -> Int32 {
        image.config(of: .group(id))[key].flatMap { Int32($0) } ?? broker
    }

    // MARK: Timers

    mutating func scheduleTimers(of member: ConsumerMember, isNewStep: Bool, in id: String, now: Int64) {
        startSession(member, in: id, now: now)
        guard !member.usesClassicProtocol else { return }
        let revocation = Timer.consumerRebalance(group: id, member: member.memberId)
        if member.state != .unrevokedPartitions || member.epoch == ConsumerMember.staticLeaveEpoch {
            timers.cancel(revocation)
        } else if isNewStep || timers.deadline(revocation) == nil {
            timers.schedule(revocation, at: now + Int64(max(0, member.rebalanceTimeoutMs)))
        }
    }

    mutating func startSession(_ member: ConsumerMember, in id: String, now: Int64) {
        let timeout = member.classic?.sessionTimeoutMs ?? groupSetting(id, "consumer.session.timeout.ms", configuration.consumerSessionTimeoutMs)
        timers.schedule(.consumerSession(group: id, member: member.memberId), at: now + Int64(timeout))
    }

    mutating func cancelTimers(of memberId: String, inConsumerGroup id: String) {
        timers.cancel(.consumerSession(group: id, member: memberId))
        timers.cancel(.consumerRebalance(group: id, member: memberId))
        timers.cancel(.consumerJoin(group: id, member: memberId))
        timers.cancel(.consumerSync(group: id, member: memberId))
    }

    /// A member whose session, or whose time to give up partitions, to join or to sync, is over.
    mutating func expireConsumer(_ id: String, _ memberId: String, onlyIfRevoking: Bool = false, now: Int64, _ outcome: inout GroupOutcome) {
        guard let group = consumerGroup(id), let member = group.members[memberId] else { return }
        if onlyIfRevoking && member.state != .unrevokedPartitions { return }
        outcome.records += removeFromConsumerGroup([member.memberId], group, now: now)
    }

    // MARK: Removal

    /// The records that take members out. When only classic members are left, the group becomes a classic one.
    mutating func removeFromConsumerGroup(_ members: Set<String>, _ group: ConsumerGroup, now: Int64) -> [CoordinatorRecord] {
        for memberId in members { cancelTimers(of: memberId, inConsumerGroup: group.groupId) }
        if canDowngrade(group, without: members), let records = downgrade(group, without: members, now: now) { return records }
        var draft = ConsumerGroupDraft(group, image: image, now: now)
        for memberId in members.sorted() { draft.remove(memberId) }
        refreshEpoch(&draft, hasSubscriptionChanged: true)
        // Otherwise the next heartbeat assigns; those of classic members do not.
        if !draft.group.members.isEmpty && draft.group.members.values.allSatisfy(\.usesClassicProtocol) { assignIfDue(&draft) }
        return draft.records
    }

    // MARK: Replay

    /// Replays a record of a group of the consumer protocol; false when it is of another kind.
    mutating func replayConsumerGroup(_ record: CoordinatorRecord) -> Bool {
        switch record.recordType {
        case ConsumerGroupMetadataKey.recordType:
            guard let key = try? record.decodeKey(ConsumerGroupMetadataKey.self) else { return true }
            if record.value == nil {
                forgetConsumerGroup(key.groupId)
            } else if let value = try? record.decodeValue(ConsumerGroupMetadataValue.self) {
                update(key.groupId) { $0.replayEpoch(value) }
            }
        case ConsumerGroupMemberMetadataKey.recordType:
            guard let key = try? record.decodeKey(ConsumerGroupMemberMetadataKey.self) else { return true }
            update(key.groupId, record, ConsumerGroupMemberMetadataValue.self) { $0.replayMember(key.memberId, $1) }
        case ConsumerGroupTargetAssignmentMetadataKey.recordType:
            guard let key = try? record.decodeKey(ConsumerGroupTargetAssignmentMetadataKey.self) else { return true }
            update(key.groupId, record, ConsumerGroupTargetAssignmentMetadataValue.self) { $0.replayAssignmentEpoch($1) }
        case ConsumerGroupTargetAssignmentMemberKey.recordType:
            guard let key = try? record.decodeKey(ConsumerGroupTargetAssignmentMemberKey.self) else { return true }
            update(key.groupId, record, ConsumerGroupTargetAssignmentMemberValue.self) { $0.replayTarget(key.memberId, $1) }
        case ConsumerGroupCurrentMemberAssignmentKey.recordType:
            guard let key = try? record.decodeKey(ConsumerGroupCurrentMemberAssignmentKey.self) else { return true }
            update(key.groupId, record, ConsumerGroupCurrentMemberAssignmentValue.self) { $0.replayAssignment(key.memberId, $1) }
        case ConsumerGroupRegularExpressionKey.recordType:
            guard let key = try? record.decodeKey(ConsumerGroupRegularExpressionKey.self) else { return true }
            update(key.groupId, record, ConsumerGroupRegularExpressionValue.self) { $0.replayRegex(key.regularExpression, $1) }
        default: return false
        }
        return true
    }

    private mutating func update<Value: LogMessage>(
        _ id: String, _ record: CoordinatorRecord, _ type: Value.Type, _ change: (inout ConsumerGroup, Value?) -> Void
    ) {
        if record.value == nil {
            // The tombstone of a group that is gone already, which compaction has left.
            guard var group = takeConsumerGroup(id) else { return }
            change(&group, nil)
            groups[id] = .consumer(group)
        } else if let value = try? record.decodeValue(type) {
            update(id) { change(&$0, value) }
        }
    }

    private mutating func update(_ id: String, _ change: (inout ConsumerGroup) -> Void) {
        // What only offsets have made a group of is one of this kind now.
        forgetClassicGroup(id)
        var group = takeConsumerGroup(id) ?? ConsumerGroup(groupId: id)
        change(&group)
        groups[id] = .consumer(group)
    }

    mutating func forgetConsumerGroup(_ id: String) {
        let group: ConsumerGroup
        if let taken = takeConsumerGroup(id) {
            group = taken
        } else if let replaced = classicGroup(id)?.replaced {
            group = replaced
        } else {
            return
        }
        for memberId in group.members.keys { cancelTimers(of: memberId, inConsumerGroup: id) }
        timers.cancel(.consumerAssignment(group: id))
        checkedImages[id] = nil
    }
}
