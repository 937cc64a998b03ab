import KafkaProtocol
import Vocabulary

/// Which way groups may go over from one protocol to the other while they have members: `group.consumer.migration.policy`.
public enum GroupMigrationPolicy: String, Sendable {
    case disabled, downgrade, upgrade, bidirectional

    var allowsUpgrade: Bool { self == .upgrade || self == .bidirectional }
    var allowsDowngrade: Bool { self == .downgrade || self == .bidirectional }
}

/// A classic group becomes one of the consumer protocol with the first member that speaks it, and a classic one again when the last has left.
extension GroupShard {
    /// Turns a classic group with all its members into one of the consumer protocol. Joins and syncs that wait are told to start over.
    mutating func upgrade(_ classic: ClassicGroup, now: Int64, _ outcome: inout GroupOutcome) throws(GroupError) -> ConsumerGroupDraft {
        let id = classic.groupId
        func refuse(_ reason: String) -> GroupError { GroupError(.groupIdNotFound, "Cannot upgrade classic group \(id) to consumer group because \(reason).") }
        if !configuration.migrationPolicy.allowsUpgrade { throw refuse("online upgrade is disabled") }
        if !classic.usesConsumerProtocol { throw refuse("the group does not use the consumer embedded protocol") }
        if classic.members.count > configuration.consumerMaxGroupSize { throw refuse("the group size exceeds the consumer group maximum size") }
        var draft = ConsumerGroupDraft(ConsumerGroup(groupId: id), records: [classic.tombstone], image: image, now: now)
        var members: [ConsumerMember] = []
        for member in classic.orderedMembers {
            // A member that has never synced has no assignment; bytes that are no assignment are another matter.
            guard let assignment = member.assignment.isEmpty ? .init() : ConsumerProtocolAssignment.decodeVersioned(member.assignment) else {
                throw refuse("the embedded consumer protocol is malformed")
            }
            guard assignment.userData?.isEmpty ?? true else {
                throw refuse(
                    "an unsupported custom assignor is in use. Please refer to the documentation or switch to a default assignor "
                        + "before re-attempting the upgrade")
            }
            guard let subscription = ConsumerProtocolSubscription.decodeVersioned(member.metadata(for: classic.protocolName ?? member.protocols.first?.name))
            else { throw refuse("the embedded consumer protocol is malformed") }
            members.append(upgraded(member, subscription, assignment, epoch: classic.generation))
        }
        for member in members { draft.putMetadata(of: member) }
        draft.putEpoch(classic.generation, metadataHash: image.hash(of: draft.group.subscribedTopics))
        for member in members { draft.putTarget(member.assigned.mapValues { Set($0.keys) }, of: member.memberId) }
        draft.putAssignmentEpoch(classic.generation, timestamp: 0)
        for member in members { draft.putAssignment(of: member) }
        var answered = classic
        answerAll(in: &answered, with: .rebalanceInProgress, &outcome)
        groups[id] = .classic(answered)
        for member in members { startSession(member, in: id, now: now) }
        return draft
    }

    private func upgraded(
        _ classic: ClassicMember, _ subscription: ConsumerProtocolSubscription, _ assignment: ConsumerProtocolAssignment, epoch: Int32
    ) -> ConsumerMember {
        var member = ConsumerMember(memberId: classic.memberId)
        member.groupInstanceId = classic.groupInstanceId
        member.rackId = subscription.rackId.flatMap { $0.isEmpty ? nil : $0 }
        member.clientId = classic.clientId
        member.clientHost = classic.clientHost
        member.rebalanceTimeoutMs = classic.rebalanceTimeoutMs
        member.topicNames = Set(subscription.topics).sorted()
        member.classic = .init(sessionTimeoutMs: classic.sessionTimeoutMs, protocols: classic.protocols)
        member.epoch = epoch
        member.previousEpoch = epoch
        for row in assignment.assignedPartitions {
            guard let topic = image.topic(row.topic) else { continue }
            for partition in row.partitions { member.assigned[topic.id, default: [:]][partition] = epoch }
        }
        return member
    }

    func canDowngrade(_ group: ConsumerGroup, without leaving: Set<String>) -> Bool {
        configuration.migrationPolicy.allowsDowngrade && group.members.count > leaving.count && group.isClassic(without: leaving)
            && group.members.count - leaving.count <= configuration.maxGroupSize
    }

    /// The records that make a classic group of a group's classic members, which then rebalances; nil when their protocols cannot be read.
    /// - Parameter joining: the classic member that takes the last other member's place; then nobody has lost anything, and nothing rebalances.
    mutating func downgrade(_ group: ConsumerGroup, without leaving: Set<String>, joining: ConsumerMember? = nil, now: Int64) -> [CoordinatorRecord]? {
        var classic = ClassicGroup(groupId: group.groupId)
        classic.protocolType = ClassicGroup.consumerProtocolType
        for member in group.orderedMembers where !leaving.contains(member.memberId) && member.memberId != joining?.memberId {
            guard let converted = classicMember(member) else { return nil }
            classic.add(converted)
        }
        if let joining {
            guard let converted = classicMember(joining) else { return nil }
            classic.add(converted)
        }
        let protocolName = classic.selectProtocol()
        for memberId in classic.members.keys { cancelTimers(of: memberId, inConsumerGroup: group.groupId) }
        timers.schedule(.downgraded(group: group.groupId, rebalances: joining == nil), at: now)
        return ConsumerGroupDraft.tombstones(of: group) + [
            classic.record(
                members: classic.orderedMembers, generation: group.epoch, protocolName: protocolName, leader: classic.leaderId, timestamp: now)
        ]
    }

    private func classicMember(_ member: ConsumerMember) -> ClassicMember? {
        guard let classic = member.classic else { return nil }
        var converted = ClassicMember(
            memberId: member.memberId, groupInstanceId: member.groupInstanceId, clientId: member.clientId, clientHost: member.clientHost,
            rebalanceTimeoutMs: member.rebalanceTimeoutMs, sessionTimeoutMs: classic.sessionTimeoutMs, protocols: classic.protocols)
        converted.assignment = classicAssignment(of: member)
        return converted
    }

    /// What a member has, as consumers of the classic protocol write it, in the version of the member's own subscription.
    func classicAssignment(of member: ConsumerMember) -> Bytes {
        var assignment = ConsumerProtocolAssignment()
        assignment.assignedPartitions = member.assigned.compactMap { topicId, partitions in
            guard let topic = image.topic(topicId) else { return nil }
            var row = ConsumerProtocolAssignment.TopicPartition()
            row.topic = topic.name
            row.partitions = partitions.keys.sorted()
            return row
        }
        assignment.assignedPartitions.sort { $0.topic < $1.topic }
        let metadata = member.classicProtocol?.metadata ?? .empty
        let version = metadata.count >= 2 ? metadata.load(0, as: Int16.self) : 0
        return assignment.versioned(min(max(version, 0), ConsumerProtocolAssignment.versions.upperBound))
    }

    /// The soft state of a group that has just become a classic one: sessions, and a rebalance of those who are left.
    mutating func startDowngraded(_ id: String, rebalances: Bool, now: Int64, _ outcome: inout GroupOutcome) {
        guard var group = takeClassicGroup(id) else { return }
        for member in group.orderedMembers { startSession(member, in: id, now: now) }
        if rebalances && group.state == .stable { prepareRebalance(&group, now: now, &outcome) }
        groups[id] = .classic(group)
    }
}
