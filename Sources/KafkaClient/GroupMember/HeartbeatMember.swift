import KafkaProtocol
import Vocabulary

/// A member of a group of the new consumer protocol (KIP-848): one kind of request, the heartbeat, carries subscription, assignment and what is owned.
final class HeartbeatMember: GroupMembership {
    private enum State {
        case outside(retryAt: Int64)
        case inside
        case ended
    }

    private static let leaveEpoch: Int32 = -1
    private static let staticLeaveEpoch: Int32 = -2

    private let groupId: String
    private let config: ConsumerConfig
    private unowned let port: any ConsumerPort
    weak var owner: (any GroupMemberOwner)?

    private var state = State.outside(retryAt: 0)
    private let memberId: String
    private var epoch: Int32 = 0
    private var topics: [String]?
    /// The next heartbeat says all there is to say; only then does the coordinator repeat an assignment whose answer was lost.
    private var saysAll = true
    /// What the coordinator was last told.
    private var toldTopics: [String]?
    private var toldOwned: [TopicPartition]?
    /// The assignment to reach, by topic id; nil when it is reached.
    private var pending: [ConsumerGroupHeartbeatResponse.TopicPartitions]?
    private var isRevoking = false
    private var isInFlight = false
    private var heartbeatIntervalMs: Int64 = 0
    private var dueAt: Int64 = 0
    private var polledAt: Int64 = 0
    /// The passing error with which the coordinator last answered.
    private var refusal: ErrorCode?
    /// Grows with every join, so that answers to an older membership are recognised.
    private var attempt = 0

    /// - Parameter memberId: unique; a fresh random UUID.
    init(groupId: String, memberId: String, config: ConsumerConfig, port: any ConsumerPort) {
        self.groupId = groupId
        self.memberId = memberId
        self.config = config
        self.port = port
    }

    private var target: Target { .groupCoordinator(groupId) }
    var generation: (id: Int32, memberId: String) { (epoch, memberId) }
    var isMember: Bool {
        if case .inside = state { epoch > 0 } else { false }
    }
    var holdsRecords: Bool { isRevoking }

    var nextDeadline: Int64? {
        switch state {
        case .outside(let retryAt): topics == nil || isInFlight ? nil : retryAt
        case .inside: isInFlight ? nil : (hasNews ? port.now : dueAt)
        case .ended: nil
        }
    }

    func subscribe(_ topics: [String]) { self.topics = topics.sorted() }

    func polled(now: Int64) { polledAt = now }

    func obstacle(silentAfterMs: Int64) -> Obstacle? {
        if case .ended = state { return nil }
        guard topics != nil, epoch == 0 || isInFlight || refusal != nil else { return nil }
        return port.obstacle(to: target, silentAfterMs: silentAfterMs) ?? refusal.map { .group(groupId, $0) }
    }

    private var hasNews: Bool { topics != toldTopics || (pending == nil && !isRevoking && toldOwned != owned) }

    private var owned: [TopicPartition] { (owner?.ownedPartitions ?? []).sorted() }

    func advance(now: Int64) {
        switch state {
        case .outside(let retryAt):
            guard topics != nil, now >= retryAt, !isInFlight else { return }
            attempt += 1
            (epoch, saysAll, toldTopics, toldOwned, pending) = (0, true, nil, nil, nil)
            state = .inside
            heartbeat(now)
        case .inside:
            if polledAt > 0, now - polledAt > Int64(config.maxPollIntervalMs) { return leaveForSilence() }
            reconcile()
            if !isInFlight, epoch > 0, now >= dueAt || hasNews { heartbeat(now) }
        case .ended: break
        }
    }

    private func heartbeat(_ now: Int64) {
        isInFlight = true
        var request = ConsumerGroupHeartbeatRequest()
        request.groupId = groupId
        request.memberId = memberId
        request.memberEpoch = epoch
        request.instanceId = config.groupInstanceId
        let saysAll = saysAll
        self.saysAll = false
        if saysAll {
            request.rebalanceTimeoutMs = Int32(clamping: config.maxPollIntervalMs)
            request.serverAssignor = config.remoteAssignor
            request.rackId = config.clientRack.isEmpty ? nil : config.clientRack
        }
        if saysAll || topics != toldTopics {
            request.subscribedTopicNames = topics ?? []
            toldTopics = topics
        }
        let current = owned
        if epoch == 0 {
            request.topicPartitions = []
            toldOwned = current.isEmpty ? current : nil
        } else if saysAll || pending == nil && !isRevoking && toldOwned != current {
            request.topicPartitions = byTopicId(current)
            toldOwned = current
        }
        send(request)
    }

    private func send(_ request: ConsumerGroupHeartbeatRequest) {
        let attempt = attempt
        _ = port.submit(
            to: target, options: RequestOptions(timeoutMs: port.requestTimeoutMs, retry: .no), build: { _ in request }, retryCode: nil
        ) { [weak self] (result: Result<ConsumerGroupHeartbeatResponse, ClientError>) in
            guard let self else { return }
            self.isInFlight = false
            guard self.attempt == attempt, case .inside = self.state else { return }
            switch result {
            case .success(let answer): self.answered(answer)
            case .failure(let error): self.sendingFailed(error)
            }
        }
    }

    private func byTopicId(_ partitions: [TopicPartition]) -> [ConsumerGroupHeartbeatRequest.TopicPartitions] {
        Dictionary(grouping: partitions, by: \.topic).sorted { $0.key < $1.key }.compactMap { topic, group in
            guard let id = port.metadata.topic(topic)?.id else { return nil }
            var entry = ConsumerGroupHeartbeatRequest.TopicPartitions()
            entry.topicId = id
            entry.partitions = group.map(\.partition)
            return entry
        }
    }

    private func answered(_ answer: ConsumerGroupHeartbeatResponse) {
        heartbeatIntervalMs = Int64(answer.heartbeatIntervalMs)
        refusal = answer.errorCode == .none ? nil : answer.errorCode
        switch answer.errorCode {
        case .none:
            epoch = answer.memberEpoch
            dueAt = port.now + heartbeatIntervalMs
            if let assignment = answer.assignment { pending = assignment.topicPartitions }
            reconcile()
        case .notCoordinator, .coordinatorNotAvailable: tellAgain(forgettingCoordinator: true)
        case .coordinatorLoadInProgress: tellAgain(forgettingCoordinator: false)
        case .fencedMemberEpoch, .unknownMemberId: lose(retryAt: port.now)
        case .unreleasedInstanceId: lose(retryAt: port.now + Int64(port.retryBackoffMs))
        case .groupAuthorizationFailed: fail(ClientError(code: answer.errorCode, message: "Not authorized to access group: \(groupId)"))
        default:
            if answer.errorCode.isRetriable {
                tellAgain(forgettingCoordinator: false)
            } else {
                fail(ClientError(code: answer.errorCode, message: answer.errorMessage))
            }
        }
    }

    private func sendingFailed(_ error: ClientError) {
        refusal = error.kind == .broker ? error.code : nil
        if port.isFatal(error) { fail(error) } else { tellAgain(forgettingCoordinator: true) }
    }

    /// The last heartbeat may not have been heard: the next one says everything again.
    private func tellAgain(forgettingCoordinator: Bool) {
        if forgettingCoordinator { port.forgetCoordinator(target) }
        saysAll = true
        dueAt = port.now + Int64(port.retryBackoffMs)
        if epoch == 0 { state = .outside(retryAt: dueAt) }
    }

    /// Works towards the assignment: first what another member waits for is given up, then what is new is taken.
    private func reconcile() {
        guard let pending, !isRevoking, let owner else { return }
        var assigned: [TopicPartition] = []
        for entry in pending {
            guard let topic = port.metadata.topicNames[entry.topicId] else {
                port.refreshMetadata()
                return
            }
            assigned += entry.partitions.map { TopicPartition(topic, $0) }
        }
        let revoked = Set(owner.ownedPartitions).subtracting(assigned)
        if revoked.isEmpty {
            self.pending = nil
            return owner.take(assignment: assigned)
        }
        isRevoking = true
        let attempt = attempt
        owner.prepareForRebalance { [weak self, weak owner] in
            guard let self, self.attempt == attempt, self.isRevoking else { return }
            self.isRevoking = false
            self.pending = nil
            owner?.take(assignment: assigned)
        }
    }

    private func lose(retryAt: Int64) {
        attempt += 1
        epoch = 0
        (pending, isRevoking) = (nil, false)
        state = .outside(retryAt: retryAt)
        owner?.keep([])
    }

    private func fail(_ error: ClientError) {
        attempt += 1
        state = .ended
        owner?.membershipFailed(error)
    }

    func commitWasRefused(_ code: ErrorCode) {
        guard case .inside = state else { return }
        switch code {
        case .unknownMemberId, .fencedMemberEpoch: lose(retryAt: port.now)
        case .staleMemberEpoch: dueAt = port.now
        default: break
        }
    }

    private func leaveForSilence() {
        polledAt = 0
        sendLeave(timeoutMs: port.requestTimeoutMs) {}
        lose(retryAt: port.now)
    }

    func leave(timeoutMs: Int, completion: @escaping () -> Void) {
        guard case .inside = state, epoch > 0 else {
            state = .ended
            return completion()
        }
        attempt += 1
        state = .ended
        sendLeave(timeoutMs: timeoutMs, completion: completion)
    }

    private func sendLeave(timeoutMs: Int, completion: @escaping () -> Void) {
        var request = ConsumerGroupHeartbeatRequest()
        request.groupId = groupId
        request.memberId = memberId
        request.instanceId = config.groupInstanceId
        request.memberEpoch = config.groupInstanceId == nil ? Self.leaveEpoch : Self.staticLeaveEpoch
        let options = RequestOptions(timeoutMs: timeoutMs, attemptTimeoutMs: timeoutMs, retry: .no)
        _ = port.submit(to: target, options: options, build: { [request] _ in request }, retryCode: nil) {
            (_: Result<ConsumerGroupHeartbeatResponse, ClientError>) in completion()
        }
    }
}
