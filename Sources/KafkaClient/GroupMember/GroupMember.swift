import KafkaProtocol
import Vocabulary

/// A member of a classic consumer group: joins, leads the assignment when it is asked to, synchronises, and heartbeats.
/// A value machine in all but name: everything happens in `advance` and in answers to what it sent.
final class GroupMember: GroupMembership {
    enum State {
        /// Not in the group; joins at the given time, if subscribed.
        case outside(retryAt: Int64)
        /// Commits before partitions go.
        case preparing
        case joining
        /// Leads, and waits for the metadata of topics that other members subscribe to.
        case gathering(JoinGroupResponse, [MemberSubscription], metadataVersion: Int, giveUpAt: Int64)
        case syncing
        case stable
        case ended
    }

    let groupId: String
    let config: ConsumerConfig
    unowned let port: any ConsumerPort
    weak var owner: (any GroupMemberOwner)?

    var state = State.outside(retryAt: 0)
    var memberId = ""
    var generationId: Int32 = -1
    var topics: [String]?
    var needsRejoin = false
    /// Commits before partitions go to another member of a cooperative group.
    var isRevoking = false
    var joinReason: String?
    /// Grows with every new try, so that answers to older ones are recognised.
    var attempt = 0

    var heartbeatDueAt: Int64 = 0
    var heartbeatIsInFlight = false
    private var polledAt: Int64 = 0
    /// Since when it has tried to join; nil while it is a member.
    var joiningSince: Int64?
    /// The passing error with which the coordinator last kept it out.
    var refusal: ErrorCode?

    /// What assignors of this member remember.
    var lastAssignment: [TopicPartition]?
    var lastAssignor: Assignor?
    /// The partition counts that this member assigned by; nil when it does not lead.
    var ledCounts: [String: Int32]?
    private var checkedMetadataVersion = -1

    init(groupId: String, config: ConsumerConfig, port: any ConsumerPort) {
        self.groupId = groupId
        self.config = config
        self.port = port
    }

    var target: Target { .groupCoordinator(groupId) }
    var generation: (id: Int32, memberId: String) { (generationId, memberId) }

    /// Also while it joins again: the coordinator takes commits of the last generation until the next one begins.
    var isMember: Bool {
        if case .ended = state { false } else { generationId >= 0 }
    }

    var holdsRecords: Bool {
        if case .preparing = state { true } else { isRevoking }
    }

    func subscribe(_ topics: [String]) {
        let sorted = topics.sorted()
        if self.topics == sorted { return }
        if self.topics != nil { requestRejoin("topic subscription changed") }
        self.topics = sorted
    }

    func polled(now: Int64) { polledAt = now }

    /// How long a coordinator holds members back without anything being wrong: Kafka's default for the first members of a group is 3 s.
    private static let ordinaryJoinMs: Int64 = 5_000

    func obstacle(silentAfterMs: Int64) -> Obstacle? {
        switch state {
        case .ended, .preparing: return nil
        case .stable: return heartbeatIsInFlight ? port.obstacle(to: target, silentAfterMs: silentAfterMs) : nil
        case .outside, .gathering, .joining, .syncing:
            if topics == nil { return nil }
            if let found = port.obstacle(to: target, silentAfterMs: silentAfterMs) { return found }
            if let refusal { return .group(groupId, refusal) }
            return joiningSince.map { .rebalance(group: groupId, isOverdue: port.now - $0 >= Self.ordinaryJoinMs) }
        }
    }

    func requestRejoin(_ reason: String) {
        needsRejoin = true
        joinReason = reason
    }

    var nextDeadline: Int64? {
        switch state {
        case .outside(let retryAt): topics == nil ? nil : retryAt
        case .gathering(_, _, _, let giveUpAt): giveUpAt
        case .stable: needsRejoin ? port.now : (heartbeatIsInFlight ? nil : heartbeatDueAt)
        case .syncing: heartbeatIsInFlight ? nil : heartbeatDueAt
        case .preparing, .joining, .ended: nil
        }
    }

    func advance(now: Int64) {
        checkLedMetadata()
        switch state {
        case .outside(let retryAt):
            if now >= retryAt, topics != nil { join() }
        case .gathering(let answer, let members, let version, let giveUpAt):
            let isKnown = members.allSatisfy { $0.topics.allSatisfy { port.metadata.topic($0) != nil } }
            if isKnown || port.metadata.version > version + 1 || now >= giveUpAt { lead(answer, members) }
        case .stable:
            if now - polledAt > Int64(config.maxPollIntervalMs), polledAt > 0 {
                leaveForSilence()
            } else if needsRejoin {
                prepareAndRejoin()
            } else {
                heartbeatIfDue(now)
            }
        case .syncing: heartbeatIfDue(now)
        case .preparing, .joining, .ended: break
        }
    }

    /// A leader watches the topics it assigned: partitions that were added need owners.
    private func checkLedMetadata() {
        guard let ledCounts, port.metadata.version != checkedMetadataVersion else { return }
        checkedMetadataVersion = port.metadata.version
        guard !needsRejoin, case .stable = state else { return }
        if ledCounts.contains(where: { count(of: $0.key) != $0.value }) { requestRejoin("cached metadata has changed") }
    }

    func count(of topic: String) -> Int32 { Int32(port.metadata.topic(topic)?.partitions.count ?? 0) }

    private func prepareAndRejoin() {
        state = .preparing
        attempt += 1
        let attempt = attempt
        let done: () -> Void = { [weak self] in
            guard let self, self.attempt == attempt, case .preparing = self.state else { return }
            self.giveUpBeforeJoin()
            self.state = .outside(retryAt: self.port.now)
            self.join()
        }
        if let owner { owner.prepareForRebalance(done) } else { done() }
    }

    /// Eager members let go of everything before they join; cooperative ones only of topics they no longer subscribe to.
    private func giveUpBeforeJoin() {
        guard let owner else { return }
        let subscribed = Set(topics ?? [])
        let kept = config.isCooperative ? owner.ownedPartitions.filter { subscribed.contains($0.topic) } : []
        owner.keep(kept)
    }

    /// The coordinator no longer knows this member: what it owned may be another's already.
    func lose(keepingId: Bool, retryAt: Int64? = nil) {
        if !keepingId { memberId = "" }
        generationId = -1
        ledCounts = nil
        attempt += 1
        heartbeatIsInFlight = false
        state = .outside(retryAt: retryAt ?? port.now)
        owner?.keep([])
    }

    func retry(forgettingCoordinator: Bool) {
        attempt += 1
        if forgettingCoordinator { port.forgetCoordinator(target) }
        state = .outside(retryAt: port.now + Int64(port.retryBackoffMs))
    }

    func fail(_ error: ClientError) {
        attempt += 1
        state = .ended
        generationId = -1
        owner?.membershipFailed(error)
    }

    func commitWasRefused(_ code: ErrorCode) {
        guard case .stable = state else { return }
        switch code {
        case .rebalanceInProgress: requestRejoin("offset commit failed since group is already rebalancing")
        case .fencedInstanceId: fail(ClientError(code: code))
        case .unknownMemberId: lose(keepingId: false)
        case .illegalGeneration: lose(keepingId: true)
        default: break
        }
    }

    /// The application went silent: others take over until it asks for records again.
    private func leaveForSilence() {
        polledAt = 0
        let isStatic = config.groupInstanceId != nil
        if !isStatic { sendLeave(timeoutMs: port.requestTimeoutMs, reason: "consumer poll timeout has expired.") {} }
        lose(keepingId: isStatic)
    }

    func leave(timeoutMs: Int, completion: @escaping () -> Void) {
        let wasKnown = !memberId.isEmpty
        attempt += 1
        state = .ended
        ledCounts = nil
        // A static member that leaves would lose its place; it comes back under the same name instead.
        guard wasKnown, config.groupInstanceId == nil else { return completion() }
        sendLeave(timeoutMs: timeoutMs, reason: "the consumer is being closed", completion: completion)
        generationId = -1
        memberId = ""
    }

    private func sendLeave(timeoutMs: Int, reason: String, completion: @escaping () -> Void) {
        let (groupId, memberId) = (groupId, memberId)
        let options = RequestOptions(timeoutMs: timeoutMs, attemptTimeoutMs: timeoutMs, retry: .no)
        _ = port.submit(
            to: target, options: options,
            build: { version in
                var request = LeaveGroupRequest()
                request.groupId = groupId
                request.memberId = memberId
                if version >= 3 {
                    var member = LeaveGroupRequest.MemberIdentity()
                    member.memberId = memberId
                    member.reason = reason
                    request.members = [member]
                }
                return request
            }, retryCode: nil
        ) { (_: Result<LeaveGroupResponse, ClientError>) in completion() }
    }
}
