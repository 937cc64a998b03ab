import KafkaProtocol

/// The states of a group of the consumer protocol, with Kafka's names for them.
enum ConsumerGroupState: String, Sendable {
    case empty = "Empty"
    /// The target assignment of the group's epoch has not been computed yet.
    case assigning = "Assigning"
    /// Members are on their way to the target assignment.
    case reconciling = "Reconciling"
    case stable = "Stable"
}

/// One group of the consumer protocol (KIP-848): what its records say. Every change is the replay of a record; `ConsumerGroupDraft` writes them.
struct ConsumerGroup: Sendable {
    /// The assignment epoch of a group that never had an assignment, and the group epoch before the first subscription.
    static let firstEpoch: Int32 = 1

    let groupId: String
    /// Goes up with every change of members' subscriptions and of the topics they subscribe to.
    private(set) var epoch = firstEpoch
    /// What the subscribed topics looked like in this epoch; see `MetadataImage.hash`.
    private(set) var metadataHash: Int64 = 0
    /// The epoch whose target assignment was computed last.
    private(set) var assignmentEpoch = firstEpoch
    /// When that was, in milliseconds; 0 when it is not known.
    private(set) var assignmentTimestamp: Int64 = 0
    private(set) var members: [String: ConsumerMember] = [:]
    private(set) var memberIdByInstance: [String: String] = [:]
    private(set) var targetAssignment: [String: AssignedPartitions] = [:]
    /// The topics that match each regular expression that members subscribe with, sorted.
    private(set) var resolvedRegexes: [String: [String]] = [:]
    /// How many members subscribe to each topic.
    private var subscribers: [String: Int] = [:]
    /// Who has each partition, or has still to give it up.
    private var owners: [Uuid: [Int32: String]] = [:]

    init(groupId: String) { self.groupId = groupId }

    var state: ConsumerGroupState {
        if members.isEmpty { return .empty }
        if epoch > assignmentEpoch { return .assigning }
        return members.values.allSatisfy { $0.isReconciled(to: assignmentEpoch) } ? .stable : .reconciling
    }

    /// Sorted by id.
    var orderedMembers: [ConsumerMember] { members.values.sorted { $0.memberId < $1.memberId } }
    func member(ofInstance instance: String) -> ConsumerMember? { memberIdByInstance[instance].flatMap { members[$0] } }
    func hasOwner(_ topicId: Uuid, _ partition: Int32) -> Bool { owners[topicId]?[partition] != nil }
    func target(of memberId: String) -> AssignedPartitions { targetAssignment[memberId] ?? [:] }

    // MARK: Subscriptions

    /// The names of the topics that a member subscribes to, existing or not.
    func topics(of member: ConsumerMember) -> Set<String> {
        let names = Set(member.topicNames)
        return member.topicRegex.isEmpty ? names : names.union(resolvedRegexes[member.topicRegex] ?? [])
    }

    var subscribedTopics: Set<String> { Set(subscribers.keys) }
    func isSubscribed(to topic: String) -> Bool { subscribers[topic] != nil }

    /// The assignor with the most votes, of equals the first by name; nil when no member has a wish.
    var preferredAssignor: String? {
        var votes: [String: Int] = [:]
        for member in members.values { if let name = member.serverAssignor { votes[name, default: 0] += 1 } }
        return votes.min { ($1.value, $0.key) < ($0.value, $1.key) }?.key
    }

    // MARK: Classic members

    /// Whether a classic member can come in: it must have a protocol in common with all other classic ones.
    func supports(protocolType: String, protocols: [ClassicMember.SupportedProtocol]) -> Bool {
        guard protocolType == ClassicGroup.consumerProtocolType, !protocols.isEmpty else { return false }
        let others = members.values.compactMap { $0.classic.map { Set($0.protocols.map(\.name)) } }
        return protocols.contains { candidate in others.allSatisfy { $0.contains(candidate.name) } }
    }

    /// Whether only classic members are left once these are gone, and that is because they are.
    func isClassic(without leaving: Set<String>) -> Bool {
        members.values.allSatisfy { leaving.contains($0.memberId) || $0.usesClassicProtocol }
            && leaving.contains { members[$0]?.usesClassicProtocol == false }
    }

    /// Whether a member waits for partitions that others still have.
    func isWaitingForOthers(_ member: ConsumerMember) -> Bool {
        member.state == .unreleasedPartitions
            && target(of: member.memberId).contains { topicId, partitions in
                partitions.contains { member.assigned[topicId]?[$0] == nil && hasOwner(topicId, $0) }
            }
    }

    // MARK: Replay

    mutating func replayEpoch(_ value: ConsumerGroupMetadataValue) {
        epoch = value.epoch
        metadataHash = value.metadataHash
    }

    mutating func replayAssignmentEpoch(_ value: ConsumerGroupTargetAssignmentMetadataValue?) {
        assignmentEpoch = value?.assignmentEpoch ?? -1
        assignmentTimestamp = value?.assignmentTimestamp ?? 0
    }

    mutating func replayTarget(_ memberId: String, _ value: ConsumerGroupTargetAssignmentMemberValue?) {
        targetAssignment[memberId] = value.map { value in
            value.topicPartitions.reduce(into: [:]) { $0[$1.topicId, default: []].formUnion($1.partitions) }
        }
    }

    mutating func replayRegex(_ regex: String, _ value: ConsumerGroupRegularExpressionValue?) {
        let affected = members.values.filter { $0.topicRegex == regex }
        for member in affected { count(member, -1) }
        resolvedRegexes[regex] = value?.topics.sorted()
        for member in affected { count(member, 1) }
    }

    private mutating func count(_ member: ConsumerMember, _ change: Int) {
        for topic in topics(of: member) {
            let count = subscribers[topic, default: 0] + change
            subscribers[topic] = count > 0 ? count : nil
        }
    }

    mutating func replayMember(_ memberId: String, _ value: ConsumerGroupMemberMetadataValue?) {
        guard let value else { return remove(memberId) }
        var member = members[memberId] ?? ConsumerMember(memberId: memberId)
        member.replay(value)
        put(member)
    }

    mutating func replayAssignment(_ memberId: String, _ value: ConsumerGroupCurrentMemberAssignmentValue?) {
        guard var member = members[memberId] ?? value.map({ _ in ConsumerMember(memberId: memberId) }) else { return }
        if let value {
            member.replay(value)
        } else {
            member.epoch = ConsumerMember.leaveEpoch
            member.previousEpoch = ConsumerMember.leaveEpoch
            member.assigned = [:]
            member.pendingRevocation = [:]
        }
        put(member)
    }

    private mutating func put(_ member: ConsumerMember) {
        if let old = members[member.memberId] { forget(old) }
        if let instance = member.groupInstanceId { memberIdByInstance[instance] = member.memberId }
        for owned in [member.assigned, member.pendingRevocation] {
            for (topicId, partitions) in owned {
                for partition in partitions.keys { owners[topicId, default: [:]][partition] = member.memberId }
            }
        }
        members[member.memberId] = member
        count(member, 1)
    }

    private mutating func remove(_ memberId: String) {
        if let old = members.removeValue(forKey: memberId) { forget(old) }
    }

    private mutating func forget(_ old: ConsumerMember) {
        count(old, -1)
        if let instance = old.groupInstanceId, memberIdByInstance[instance] == old.memberId { memberIdByInstance[instance] = nil }
        for owned in [old.assigned, old.pendingRevocation] {
            for (topicId, partitions) in owned {
                for partition in partitions.keys where owners[topicId]?[partition] == old.memberId { owners[topicId]?[partition] = nil }
                if owners[topicId]?.isEmpty == true { owners[topicId] = nil }
            }
        }
    }
}

extension MetadataImage {
    /// A digest of what an assignment of these topics rests on: which exist, their ids and partition counts. 0 when none exists. Kafka computes
    /// another one; a group that it takes over gets one epoch more than it would need.
    func hash(of topics: Set<String>) -> Int64 {
        var digest: UInt64 = 0xcbf2_9ce4_8422_2325
        func mix(_ value: UInt64) { for shift in stride(from: 0, to: 64, by: 8) { digest = (digest ^ (value >> shift & 0xff)) &* 0x100_0000_01b3 } }
        let existing = topics.compactMap { topic($0) }.sorted { $0.name < $1.name }
        if existing.isEmpty { return 0 }
        for topic in existing {
            for byte in topic.name.utf8 { mix(UInt64(byte)) }
            mix(topic.id.high)
            mix(topic.id.low)
            mix(UInt64(topic.partitions.count))
        }
        return Int64(bitPattern: digest)
    }
}
