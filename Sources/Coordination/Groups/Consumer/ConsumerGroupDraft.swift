import KafkaProtocol
import Pattern
import Vocabulary

/// A group of the consumer protocol as it will be once the records written so far are replayed. Requests work on a draft; only the replay of
/// its records changes the group itself.
struct ConsumerGroupDraft {
    private(set) var group: ConsumerGroup
    private(set) var records: [CoordinatorRecord] = []
    /// Whether the group's epoch is among the records.
    private(set) var hasEpoch = false
    let image: MetadataImage
    let now: Int64

    private static let version: Int16 = 0

    /// - Parameter records: what must come before the group's own records: the end of the classic group in whose place it comes.
    init(_ group: ConsumerGroup, records: [CoordinatorRecord] = [], image: MetadataImage, now: Int64) {
        self.group = group
        self.records = records
        self.image = image
        self.now = now
    }

    // MARK: Members

    mutating func putMetadata(of member: ConsumerMember) {
        let value = member.metadataValue
        var key = ConsumerGroupMemberMetadataKey()
        key.groupId = group.groupId
        key.memberId = member.memberId
        write(key, value)
        group.replayMember(member.memberId, value)
    }

    mutating func putAssignment(of member: ConsumerMember) {
        let value = member.assignmentValue
        var key = ConsumerGroupCurrentMemberAssignmentKey()
        key.groupId = group.groupId
        key.memberId = member.memberId
        write(key, value)
        group.replayAssignment(member.memberId, value)
    }

    mutating func putTarget(_ target: AssignedPartitions, of memberId: String) {
        var value = ConsumerGroupTargetAssignmentMemberValue()
        value.topicPartitions = target.sorted { $0.key < $1.key }.filter { !$0.value.isEmpty }.map { topicId, partitions in
            var row = ConsumerGroupTargetAssignmentMemberValue.TopicPartition()
            row.topicId = topicId
            row.partitions = partitions.sorted()
            return row
        }
        var key = ConsumerGroupTargetAssignmentMemberKey()
        key.groupId = group.groupId
        key.memberId = memberId
        write(key, value)
        group.replayTarget(memberId, value)
    }

    mutating func remove(_ memberId: String) {
        records += Self.memberTombstones(group.groupId, memberId)
        group.replayAssignment(memberId, nil)
        group.replayTarget(memberId, nil)
        group.replayMember(memberId, nil)
    }

    /// Gives a static member's place to a new id: what it has and is to have, but not its epoch.
    mutating func replace(_ old: ConsumerMember, by memberId: String) -> ConsumerMember {
        let target = group.target(of: old.memberId)
        var member = ConsumerMember(memberId: memberId, inPlaceOf: old)
        member.epoch = 0
        member.previousEpoch = 0
        remove(old.memberId)
        putMetadata(of: member)
        putTarget(target, of: memberId)
        putAssignment(of: member)
        return member
    }

    // MARK: Epochs

    mutating func putEpoch(_ epoch: Int32, metadataHash: Int64) {
        var value = ConsumerGroupMetadataValue()
        value.epoch = epoch
        value.metadataHash = metadataHash
        var key = ConsumerGroupMetadataKey()
        key.groupId = group.groupId
        write(key, value)
        group.replayEpoch(value)
        hasEpoch = true
    }

    mutating func putAssignmentEpoch(_ epoch: Int32, timestamp: Int64) {
        var value = ConsumerGroupTargetAssignmentMetadataValue()
        value.assignmentEpoch = epoch
        value.assignmentTimestamp = timestamp
        var key = ConsumerGroupTargetAssignmentMetadataKey()
        key.groupId = group.groupId
        write(key, value)
        group.replayAssignmentEpoch(value)
    }

    /// Begins a new epoch when members' subscriptions have changed or when the topics that they subscribe to have.
    mutating func refreshEpoch(hasSubscriptionChanged: Bool) {
        let hash = image.hash(of: group.subscribedTopics)
        if hasSubscriptionChanged || hash != group.metadataHash { putEpoch(group.epoch &+ 1, metadataHash: hash) }
    }

    /// Finds the topics that match members' regular expressions, and forgets expressions that nobody uses.
    /// - Parameter all: looks again also at those whose topics are known.
    mutating func resolveRegexes(all: Bool) {
        let used = Set(group.members.values.map(\.topicRegex))
        for regex in used.union(group.resolvedRegexes.keys).sorted() where !regex.isEmpty {
            var key = ConsumerGroupRegularExpressionKey()
            key.groupId = group.groupId
            key.regularExpression = regex
            if !used.contains(regex) {
                records.append(CoordinatorRecord(tombstone: key))
                group.replayRegex(regex, nil)
                continue
            }
            if !all && group.resolvedRegexes[regex] != nil { continue }
            let pattern = try? Pattern(regex, syntax: .re2)
            let topics = image.topicsByName.keys.filter { pattern?.matches($0) == true }.sorted()
            if topics == group.resolvedRegexes[regex] { continue }
            var value = ConsumerGroupRegularExpressionValue()
            value.topics = topics
            value.version = image.offset
            value.timestamp = now
            write(key, value)
            group.replayRegex(regex, value)
        }
    }

    // MARK: Assignment

    /// Computes the target assignment of the group's epoch, unless there is one.
    mutating func assign(_ defaultAssignor: ServerAssignor) {
        guard group.epoch > group.assignmentEpoch else { return }
        let assignor = group.preferredAssignor.flatMap { ServerAssignor(rawValue: $0) } ?? defaultAssignor
        var partitions: [Uuid: Int32] = [:]
        let members = group.members.mapValues { member in
            let topics = group.topics(of: member).compactMap { image.topic($0) }
            for topic in topics { partitions[topic.id] = Int32(topic.partitions.count) }
            return AssignorMember(
                instanceId: member.groupInstanceId, rackId: member.rackId, topics: Set(topics.map(\.id)), assigned: group.target(of: member.memberId))
        }
        let assignment = assignor.assign(members: members, partitions: partitions)
        for memberId in members.keys.sorted() {
            let target = assignment[memberId] ?? [:]
            if target != group.targetAssignment[memberId] { putTarget(target, of: memberId) }
        }
        putAssignmentEpoch(group.epoch, timestamp: now)
    }

    /// Takes a member one step towards the target assignment, and gives back what it is then.
    mutating func reconcile(_ memberId: String, hasSubscriptionChanged: Bool, owned: AssignedPartitions?) throws(GroupError) -> ConsumerMember {
        guard let member = group.members[memberId] else { throw GroupError(.unknownMemberId, "Member \(memberId) is not a member of group \(group.groupId).") }
        let step = CurrentAssignment(
            targetEpoch: group.assignmentEpoch, target: group.target(of: memberId),
            subscribed: Set(group.topics(of: member).compactMap { image.topic($0)?.id }), hasSubscriptionChanged: hasSubscriptionChanged, owned: owned,
            hasOwner: group.hasOwner)
        let next = try step.next(member)
        if next != member { putAssignment(of: next) }
        return next
    }

    // MARK: Records

    private mutating func write(_ key: some LogMessage, _ value: some LogMessage) {
        records.append(CoordinatorRecord(key: key, value: value, version: Self.version))
    }

    private static func memberTombstones(_ groupId: String, _ memberId: String) -> [CoordinatorRecord] {
        [assignmentTombstone(groupId, memberId), targetTombstone(groupId, memberId), metadataTombstone(groupId, memberId)]
    }

    private static func assignmentTombstone(_ groupId: String, _ memberId: String) -> CoordinatorRecord {
        var key = ConsumerGroupCurrentMemberAssignmentKey()
        key.groupId = groupId
        key.memberId = memberId
        return CoordinatorRecord(tombstone: key)
    }

    private static func targetTombstone(_ groupId: String, _ memberId: String) -> CoordinatorRecord {
        var key = ConsumerGroupTargetAssignmentMemberKey()
        key.groupId = groupId
        key.memberId = memberId
        return CoordinatorRecord(tombstone: key)
    }

    private static func metadataTombstone(_ groupId: String, _ memberId: String) -> CoordinatorRecord {
        var key = ConsumerGroupMemberMetadataKey()
        key.groupId = groupId
        key.memberId = memberId
        return CoordinatorRecord(tombstone: key)
    }

    /// What removes a group from the log, in the order that Kafka demands: what a record rests on goes after it.
    static func tombstones(of group: ConsumerGroup) -> [CoordinatorRecord] {
        let members = Set(group.members.keys).union(group.targetAssignment.keys).sorted()
        var assignmentEpoch = ConsumerGroupTargetAssignmentMetadataKey()
        assignmentEpoch.groupId = group.groupId
        var epoch = ConsumerGroupMetadataKey()
        epoch.groupId = group.groupId
        var records = members.map { assignmentTombstone(group.groupId, $0) } + members.map { targetTombstone(group.groupId, $0) }
        records.append(CoordinatorRecord(tombstone: assignmentEpoch))
        records += members.map { metadataTombstone(group.groupId, $0) }
        for regex in group.resolvedRegexes.keys.sorted() {
            var key = ConsumerGroupRegularExpressionKey()
            key.groupId = group.groupId
            key.regularExpression = regex
            records.append(CoordinatorRecord(tombstone: key))
        }
        records.append(CoordinatorRecord(tombstone: epoch))
        return records
    }
}
