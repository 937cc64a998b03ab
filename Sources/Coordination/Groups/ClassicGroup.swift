import KafkaProtocol
import Vocabulary

/// The states of a classic group, with Kafka's names for them.
enum ClassicGroupState: String, Sendable {
    /// No members; there may be offsets.
    case empty = "Empty"
    /// Members are asked to join again, and wait for each other.
    case preparingRebalance = "PreparingRebalance"
    /// Every member was told the new generation; the leader's assignment is awaited.
    case completingRebalance = "CompletingRebalance"
    case stable = "Stable"
    case dead = "Dead"
}

/// One group of the classic protocol (JoinGroup and SyncGroup; KIP-62, KIP-345, KIP-394): its membership, and who waits for what.
/// It knows nothing of time or of logs; `GroupShard` drives it.
struct ClassicGroup: Sendable {
    static let consumerProtocolType = "consumer"

    let groupId: String
    private(set) var state = ClassicGroupState.empty
    private(set) var previousState = ClassicGroupState.dead
    /// When the state last changed; nil when the log does not say.
    private(set) var stateTimestamp: Int64?
    var generation: Int32 = 0
    /// Nil for a group that only stores offsets.
    var protocolType: String?
    var protocolName: String?
    var leaderId: String?
    private var list = ClassicMemberList()
    private(set) var memberIdByInstance: [String: String] = [:]
    /// Ids handed out with MEMBER_ID_REQUIRED whose owners have not joined with them yet.
    var pendingJoins: Set<String> = []
    /// Members of the current generation that have not synced yet.
    var pendingSyncs: Set<String> = []
    /// Topics that any member subscribes to; nil when it cannot be known.
    private(set) var subscribedTopics: Set<String>?
    /// What runs of the delay before the first rebalance; nil when that is not being delayed.
    var initialDelay: InitialDelay?
    /// A member came while the first rebalance was being delayed.
    var newMemberAdded = false
    /// False until a record of the group (or of its offsets) was replayed: a group whose creation could not be written is dropped.
    var isInLog = false
    /// It was made of a group of the consumer protocol, and the log has no generation of its own yet.
    var isConverted = false
    /// Static members about to take another's place; `replay` picks them up when the record that says so was written.
    var prepared: [String: ClassicMember] = [:]
    /// The empty group of the consumer protocol in whose place it comes, until the records that say so were replayed. It comes back when they cannot
    /// be written.
    var replaced: ConsumerGroup?

    struct InitialDelay: Sendable {
        /// The part of the delay that runs now.
        var delayMs: Int64
        /// What may follow it when members have come meanwhile.
        var remainingMs: Int64
    }

    init(groupId: String) { self.groupId = groupId }

    /// Members in the order in which they came.
    var orderedMembers: [ClassicMember] { list.ordered }
    var members: [String: ClassicMember] { list.byId }

    var awaitingJoins: Int { list.awaitingJoins }
    var hasAllMembersJoined: Bool { list.count == list.awaitingJoins && pendingJoins.isEmpty }
    var usesConsumerProtocol: Bool { protocolType == Self.consumerProtocolType }
    var canRebalance: Bool { state == .stable || state == .completingRebalance || state == .empty }
    var rebalanceTimeoutMs: Int64 { Int64(members.values.map(\.rebalanceTimeoutMs).max() ?? 0) }
    func isLeader(_ memberId: String) -> Bool { leaderId == memberId }

    mutating func transition(to state: ClassicGroupState, now: Int64) {
        previousState = self.state
        self.state = state
        stateTimestamp = now
    }

    // MARK: Membership

    mutating func add(_ member: ClassicMember) {
        if let instance = member.groupInstanceId { memberIdByInstance[instance] = member.memberId }
        if leaderId == nil { leaderId = member.memberId }
        pendingJoins.remove(member.memberId)
        list.append(member)
    }

    /// Stores a changed member.
    mutating func put(_ member: ClassicMember) { list.put(member) }

    mutating func remove(_ memberId: String) {
        if let instance = list.remove(memberId)?.groupInstanceId, memberIdByInstance[instance] == memberId { memberIdByInstance[instance] = nil }
        if isLeader(memberId) { leaderId = list.firstId }
        pendingJoins.remove(memberId)
        pendingSyncs.remove(memberId)
    }

    /// Gives a static member a new id, keeping its place. The caller has answered what the old id waited for.
    mutating func replaceStatic(_ oldMemberId: String, by member: ClassicMember) {
        guard members[oldMemberId] != nil else { return }
        pendingSyncs.remove(oldMemberId)
        list.replace(oldMemberId, by: member)
        if isLeader(oldMemberId) { leaderId = member.memberId }
        if let instance = member.groupInstanceId { memberIdByInstance[instance] = member.memberId }
    }

    /// The error for a member that is not, or no longer, in the group; nil when it is.
    func validate(_ memberId: String, _ groupInstanceId: String?) -> ErrorCode? {
        if let groupInstanceId {
            guard let known = memberIdByInstance[groupInstanceId] else { return .unknownMemberId }
            if known != memberId { return .fencedInstanceId }
        }
        return members[memberId] == nil ? .unknownMemberId : nil
    }

    /// Makes sure that the leader is a member that has joined. False when none has.
    mutating func electJoinedLeader() -> Bool {
        guard let leaderId else { return false }
        if members[leaderId]?.awaitingJoin != nil { return true }
        guard let next = orderedMembers.first(where: { $0.awaitingJoin != nil }) else { return false }
        self.leaderId = next.memberId
        return true
    }

    // MARK: Protocols

    func supports(protocolType type: String, protocols: [ClassicMember.SupportedProtocol]) -> Bool {
        if state == .empty { return !type.isEmpty && !protocols.isEmpty }
        if type != protocolType { return false }
        return protocols.contains { list.isSupportedByAll($0.name) }
    }

    /// The protocol with the most votes, among those that all support. Of equals, the one that comes first in Java's hash map of them, as
    /// in Kafka: which one that is matters little, that brokers agree on it does.
    func selectProtocol() -> String? {
        let candidates = list.commonProtocols
        var votes: [String: Int] = [:]
        for member in members.values { if let vote = member.vote(among: candidates) { votes[vote, default: 0] += 1 } }
        func bucket(_ name: String) -> Int32 {
            let hash = JavaHash.of(name)
            return (hash ^ Int32(bitPattern: UInt32(bitPattern: hash) >> 16)) & 15
        }
        let most = votes.values.max()
        return votes.keys.filter { votes[$0] == most }.min { (bucket($0), $0) < (bucket($1), $1) }
    }

    /// Begins the next generation, with the members that are left.
    mutating func beginGeneration(now: Int64) {
        generation &+= 1
        protocolName = selectProtocol()
        subscribedTopics = computeSubscribedTopics()
        pendingSyncs = []
        transition(to: .completingRebalance, now: now)
    }

    func isSubscribed(to topic: String) -> Bool { subscribedTopics?.contains(topic) ?? usesConsumerProtocol }

    var knowsSubscribedTopics: Bool { subscribedTopics != nil }

    private func computeSubscribedTopics() -> Set<String>? {
        guard usesConsumerProtocol else { return nil }
        if members.isEmpty { return [] }
        guard let protocolName else { return nil }
        var topics: Set<String> = []
        for member in members.values {
            // Every version begins with the fields of version 0. Only these are read, whatever version is claimed and whatever follows them: a
            // client whose later fields are amiss is still known by its topics.
            let metadata = member.metadata(for: protocolName)
            guard metadata.count >= 2, let subscription = try? ConsumerProtocolSubscription.decode(metadata.dropFirst(2), version: 0, allowsTrailing: true)
            else { return nil }
            topics.formUnion(subscription.topics)
        }
        return topics
    }

    // MARK: Log

    /// The group as its log record has it, with the given assignments. `members` are to replace the current ones, `generation` too.
    func record(members: [ClassicMember], generation: Int32, protocolName: String?, leader: String?, timestamp: Int64) -> CoordinatorRecord {
        var key = GroupMetadataKey()
        key.group = groupId
        var value = GroupMetadataValue()
        value.protocolType = protocolType ?? ""
        value.generation = generation
        value.protocol = protocolName
        value.leader = leader
        value.currentStateTimestamp = timestamp
        value.members = members.map { member in
            var metadata = GroupMetadataValue.MemberMetadata()
            metadata.memberId = member.memberId
            metadata.groupInstanceId = member.groupInstanceId
            metadata.clientId = member.clientId
            metadata.clientHost = member.clientHost
            metadata.rebalanceTimeout = member.rebalanceTimeoutMs
            metadata.sessionTimeout = member.sessionTimeoutMs
            metadata.subscription = member.metadata(for: protocolName)
            metadata.assignment = member.assignment
            return metadata
        }
        return CoordinatorRecord(key: key, value: value, version: 3)
    }

    /// The record that says the group exists, before it has had a generation.
    func creationRecord(now: Int64) -> CoordinatorRecord {
        ClassicGroup(groupId: groupId).record(members: [], generation: 0, protocolName: nil, leader: nil, timestamp: now)
    }

    /// The record that removes the group from the log.
    var tombstone: CoordinatorRecord {
        var key = GroupMetadataKey()
        key.group = groupId
        return CoordinatorRecord(tombstone: key)
    }

    /// Takes over what a record says. Members that stay keep what they wait for and what the log does not know of them.
    mutating func replay(_ value: GroupMetadataValue) {
        generation = value.generation
        protocolType = value.protocolType.isEmpty ? nil : value.protocolType
        protocolName = value.protocol
        leaderId = value.leader
        stateTimestamp = value.currentStateTimestamp == -1 ? nil : value.currentStateTimestamp
        var loaded = ClassicMemberList()
        memberIdByInstance = [:]
        for record in value.members {
            var member = ClassicMember(record, protocol: value.protocol)
            if let known = prepared[record.memberId] ?? members[record.memberId] {
                // In recovery what is known comes from an older record, whose metadata may be out of date.
                if known.metadata(for: value.protocol) == record.subscription { member.protocols = known.protocols }
                member.awaitingJoin = known.awaitingJoin
                member.awaitingSync = known.awaitingSync
                member.isNew = known.isNew
            }
            if let instance = member.groupInstanceId { memberIdByInstance[instance] = member.memberId }
            loaded.append(member)
        }
        list = loaded
        prepared = [:]
        pendingSyncs.formIntersection(loaded.byId.keys)
        subscribedTopics = computeSubscribedTopics()
        previousState = state
        state = loaded.count == 0 ? .empty : .stable
        isInLog = true
    }
}
