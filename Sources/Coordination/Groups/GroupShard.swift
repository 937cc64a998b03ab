import KafkaProtocol
import Vocabulary

/// The group coordinator for one partition of `__consumer_offsets`: every group whose id hashes to it (`CoordinatorPartition`), with its
/// members and its offsets. See `CoordinatorShard` for what the caller owes it. Requests are in the extensions, a file for each kind.
public struct GroupShard: CoordinatorShard {
    public typealias Reply = GroupReply

    /// The broker's settings; dynamic changes take effect with the next request.
    public var configuration: GroupConfiguration
    /// The cluster as the groups see it: topics that they subscribe to, and settings of their own.
    public var image = MetadataImage()
    var groups: [String: Group] = [:]
    var offsets = OffsetStore()
    var timers = TimerQueue<Timer>()
    /// Up to which offset of the metadata log a group of the consumer protocol has been compared with the topics that there are.
    var checkedImages: [String: Int64] = [:]
    /// Keys of records that only groups of other protocols have (KIP-932, KIP-1071), or only older brokers write, by group. A broker that knows those wrote them; they
    /// have to go when the group goes or becomes a classic one, or they would come back to life there.
    var foreignKeys: [String: Set<Bytes>] = [:]

    /// The group of the consumer protocol that the last record ended.
    private var dissolvedGroup: String?

    enum Timer: Hashable, Sendable {
        /// A member's session, or how long a member that was sent MEMBER_ID_REQUIRED may take to come back.
        case session(group: String, member: String)
        /// How long members may take to join again; for an empty group, how long it waits for more members.
        case join(group: String)
        /// How long members may take to sync.
        case sync(group: String)
        case consumerSession(group: String, member: String)
        /// How long a member may take to give up partitions.
        case consumerRebalance(group: String, member: String)
        /// How long a classic member of a group of the consumer protocol may take to join again, and then to sync.
        case consumerJoin(group: String, member: String)
        case consumerSync(group: String, member: String)
        /// When enough time has passed since the last target assignment for the next one.
        case consumerAssignment(group: String)
        /// Right after a group has become a classic one.
        case downgraded(group: String, rebalances: Bool)
        case expiration
    }

    public init(configuration: GroupConfiguration) { self.configuration = configuration }

    /// Ids of all groups, sorted.
    public var groupIds: [String] { groups.keys.sorted() }

    // MARK: Log

    public mutating func replay(_ record: CoordinatorRecord, offset: Int64, producerId: Int64 = -1) {
        let dissolved = dissolvedGroup
        dissolvedGroup = nil
        switch record.recordType {
        case OffsetCommitKey.recordType, LegacyOffsetCommitKey.recordType:
            // The two keys have the same fields, and so the same bytes after the type.
            guard let key = try? record.decodeKey(OffsetCommitKey.self) else { return }
            replay(key, record, offset: offset, producerId: producerId)
        case GroupMetadataKey.recordType:
            guard let key = try? record.decodeKey(GroupMetadataKey.self) else { return }
            replay(key, record, isConverted: key.group == dissolved)
        default:
            if record.recordType == ConsumerGroupMetadataKey.recordType, record.value == nil { dissolvedGroup = record.groupId }
            if replayConsumerGroup(record) { return }
            guard let id = record.groupId else { return }
            if record.value != nil {
                foreignKeys[id, default: []].insert(record.key)
            } else {
                foreignKeys[id]?.remove(record.key)
                if foreignKeys[id]?.isEmpty == true { foreignKeys[id] = nil }
            }
        }
    }

    private mutating func replay(_ key: OffsetCommitKey, _ record: CoordinatorRecord, offset: Int64, producerId: Int64) {
        let partition = TopicPartition(key.topic, key.partition)
        guard record.value != nil else { return offsets.remove(group: key.group, partition: partition) }
        guard let value = try? record.decodeValue(OffsetCommitValue.self) else { return }
        if groups[key.group] == nil { groups[key.group] = .classic(ClassicGroup(groupId: key.group)) }
        noteInLog(key.group)
        offsets.put(CommittedOffset(value, recordOffset: offset), group: key.group, partition: partition, producerId: producerId)
    }

    /// - Parameter isConverted: the records before it ended a group of the consumer protocol
    private mutating func replay(_ key: GroupMetadataKey, _ record: CoordinatorRecord, isConverted: Bool) {
        guard record.value != nil else { return forgetClassicGroup(key.group) }
        guard let value = try? record.decodeValue(GroupMetadataValue.self) else { return }
        // The record of its creation: whoever created it may already be waiting in it.
        if noteInLog(key.group) { return }
        forgetConsumerGroup(key.group)
        var group = takeClassicGroup(key.group) ?? ClassicGroup(groupId: key.group)
        group.replay(value)
        group.isConverted = isConverted
        groups[key.group] = .classic(group)
    }

    /// Notes that the log knows of a classic group; true when that is news.
    @discardableResult
    private mutating func noteInLog(_ id: String) -> Bool {
        guard classicGroup(id)?.isInLog == false, var group = takeClassicGroup(id) else { return false }
        group.isInLog = true
        group.replaced = nil
        groups[id] = .classic(group)
        return true
    }

    mutating func forgetClassicGroup(_ id: String) {
        guard let group = classicGroup(id) else { return }
        forgetTimers(of: group)
        groups[id] = nil
    }

    public mutating func replayEndTransaction(producerId: Int64, committed: Bool) {
        offsets.endTransaction(producerId: producerId, committed: committed)
    }

    public mutating func finishLoading(now: Int64) -> GroupOutcome {
        var outcome = GroupOutcome()
        for id in groupIds {
            switch groups[id] {
            case .classic(var group)?:
                for member in group.orderedMembers { startSession(member, in: id, now: now) }
                // What the last member of the consumer protocol had is nobody's until the others have joined again; whoever asked them to may have died before
                // they had. (Kafka's coordinator loads such a group as a stable one.)
                let mustRebalance = group.members.count > configuration.maxGroupSize || group.isConverted && group.state == .stable
                if mustRebalance { prepareRebalance(&group, now: now, &outcome) }
                groups[id] = .classic(group)
            case .consumer(let group)?:
                for member in group.orderedMembers { scheduleTimers(of: member, isNewStep: true, in: id, now: now) }
            case nil: break
            }
        }
        timers.schedule(.expiration, at: now + configuration.offsetsRetentionCheckIntervalMs)
        return outcome
    }

    public mutating func reject(_ outcome: GroupOutcome, error: ErrorCode, now: Int64) -> GroupOutcome {
        let error = error.afterFailedAppend
        var rejected = GroupOutcome()
        rejected.replies = outcome.replies.map { ($0.token, .failed(error)) }
        for record in outcome.records {
            if record.recordType == GroupMetadataKey.recordType {
                rejectClassic(record, error: error, now: now, &rejected)
            } else {
                rejectConsumer(record, now: now)
            }
        }
        return rejected
    }

    private mutating func rejectClassic(_ record: CoordinatorRecord, error: ErrorCode, now: Int64, _ rejected: inout GroupOutcome) {
        guard let id = (try? record.decodeKey(GroupMetadataKey.self))?.group, var group = takeClassicGroup(id) else { return }
        group.prepared = [:]
        if !group.isInLog {
            answerAll(in: &group, with: error, &rejected)
            forgetTimers(of: group)
            groups[id] = group.replaced.map(Group.consumer)
            return
        }
        if group.state == .completingRebalance {
            prepareRebalance(&group, now: now, &rejected)
        } else if group.state == .preparingRebalance, group.members.isEmpty, let value = try? record.decodeValue(GroupMetadataValue.self) {
            // The group is as empty as if the log said so. Should the broker stop now, the old generation comes back and expires.
            group.replay(value)
        }
        groups[id] = .classic(group)
    }

    /// What the record would have changed of a member is as it was, and whom it would have removed is still there.
    private mutating func rejectConsumer(_ record: CoordinatorRecord, now: Int64) {
        guard let id = record.groupId, case .consumer(let group)? = groups[id] else { return }
        checkedImages[id] = nil
        guard record.recordType == ConsumerGroupCurrentMemberAssignmentKey.recordType,
            let memberId = (try? record.decodeKey(ConsumerGroupCurrentMemberAssignmentKey.self))?.memberId, let member = group.members[memberId]
        else { return }
        scheduleTimers(of: member, isNewStep: false, in: id, now: now)
    }

    public mutating func abandon(error: ErrorCode) -> GroupOutcome {
        var outcome = GroupOutcome()
        for id in groupIds {
            guard var group = takeClassicGroup(id) else { continue }
            answerAll(in: &group, with: error, &outcome)
            groups[id] = .classic(group)
        }
        return outcome
    }

    // MARK: Time

    public var nextDeadline: Int64? { timers.next }

    public mutating func tick(now: Int64) -> GroupOutcome {
        var outcome = GroupOutcome()
        while outcome.records.isEmpty, let timer = timers.popDue(now: now) {
            switch timer {
            case .session(let group, let member): expireSession(group, member, now: now, &outcome)
            case .join(let group): expireJoin(group, now: now, &outcome)
            case .sync(let group): expireSync(group, now: now, &outcome)
            case .consumerSession(let group, let member), .consumerJoin(let group, let member), .consumerSync(let group, let member):
                expireConsumer(group, member, now: now, &outcome)
            case .consumerRebalance(let group, let member): expireConsumer(group, member, onlyIfRevoking: true, now: now, &outcome)
            case .consumerAssignment(let group): expireAssignmentDelay(group, now: now, &outcome)
            case .downgraded(let group, let rebalances): startDowngraded(group, rebalances: rebalances, now: now, &outcome)
            case .expiration:
                timers.schedule(.expiration, at: now + configuration.offsetsRetentionCheckIntervalMs)
                expireOffsets(now: now, &outcome)
            }
        }
        return outcome
    }

    mutating func startSession(_ member: ClassicMember, in group: String, now: Int64) {
        timers.schedule(.session(group: group, member: member.memberId), at: now + Int64(member.sessionTimeoutMs))
    }

    mutating func cancelSession(_ member: String, in group: String) { timers.cancel(.session(group: group, member: member)) }

    private mutating func forgetTimers(of group: ClassicGroup) {
        let id = group.groupId
        for member in group.members.keys { cancelSession(member, in: id) }
        for member in group.pendingJoins { cancelSession(member, in: id) }
        timers.cancel(.join(group: id))
        timers.cancel(.sync(group: id))
    }

    func answerAll(in group: inout ClassicGroup, with error: ErrorCode, _ outcome: inout GroupOutcome) {
        for member in group.orderedMembers {
            answerJoin(of: member.memberId, in: &group, JoinGroupResponse(error, memberId: member.memberId), &outcome)
            answerSync(of: member.memberId, in: &group, .failed(error), &outcome)
        }
    }

    // MARK: Answers

    /// Answers the join that a member waits with, if it does.
    func answerJoin(of memberId: String, in group: inout ClassicGroup, _ response: JoinGroupResponse, _ outcome: inout GroupOutcome) {
        guard var member = group.members[memberId], let waiting = member.awaitingJoin else { return }
        member.awaitingJoin = nil
        group.put(member)
        var response = response
        if response.errorCode != .none { response.protocolName = waiting.version >= 7 ? nil : "" }
        outcome.replies.append((waiting.token, .join(response)))
    }

    /// Answers the sync that a member waits with, if it does; true when it did.
    @discardableResult
    func answerSync(of memberId: String, in group: inout ClassicGroup, _ reply: GroupReply, _ outcome: inout GroupOutcome) -> Bool {
        guard var member = group.members[memberId], let waiting = member.awaitingSync else { return false }
        member.awaitingSync = nil
        group.put(member)
        outcome.replies.append((waiting.token, reply))
        return true
    }
}
