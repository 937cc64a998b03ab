import KafkaProtocol
import Vocabulary

/// A consumer: finds out where to read, keeps fetches running to every leader, hands out what came, commits, and takes part in a group.
/// It lives on a `ClientCore` (see `ClientMachine`) and is used on the core's thread.
public final class Consumer: ClientMachine {
    enum Subscription {
        case none
        case topics([String])
        case pattern((String) -> Bool)
        case manual
    }

    public let config: ConsumerConfig
    let port: any ConsumerPort
    private weak var core: ClientCore?
    let wallClockMs: () -> Int64
    private let memberId: String
    var member: (any GroupMembership)?

    var subscription = Subscription.none
    var states: [TopicPartition: PartitionState] = [:]
    /// Which of them must be looked at.
    let agenda = PartitionAgenda()
    /// The partition handed out last is the last to have its turn again.
    private var lastTurn: UInt64 = 0
    var nodes: [Int32: NodeFetch] = [:]
    var ready = ReadyRecords()
    /// Partitions whose leader is not known or cannot be reached.
    var leaderless: Set<TopicPartition> = []
    /// Partitions whose committed offset is to be asked for.
    var uncommitted: [PartitionState] = []
    var failure: ClientError?

    /// The records handed out last, from this offset on, when they are dealt with on another thread while this one goes on: automatic commits stop
    /// before them, and a crash reads them again. Nil when everything handed out is dealt with.
    public var inHand: (partition: TopicPartition, from: Int64)?

    /// Called when the group gives or takes partitions, as Java's ConsumerRebalanceListener is: before partitions go to others, after new ones came.
    public var onAssignmentChange: ((AssignmentChange) -> Void)?

    var isAskingCommitted = false
    var autoCommitDueAt: Int64 = 0
    var commitsInFlight = 0
    private var checkedMetadataVersion = -1
    var arrangedMetadataVersion = -1
    private var probe: RequestID?
    private var missingLeaderRefreshAt: Int64 = 0
    private(set) var isClosed = false
    /// The topics that the subscribed pattern matched last.
    private(set) var matchCount: Int?
    /// Whether a leader has answered a fetch: from then on silence means that there is nothing to read.
    public internal(set) var hasFetched = false
    private var closing: Closing?

    /// What a close waits with until its last commit is through.
    private struct Closing {
        var timeoutMs: Int
        var giveUpAt: Int64
        var retryAt: Int64?
        var completion: (ClientError?) -> Void
    }

    /// The fetches to one broker: at most one at a time, in one session.
    struct NodeFetch {
        var session = FetchSession()
        var isInFlight = false
        var retryAt: Int64 = 0
        /// What the last fetch as a whole was refused with.
        var trouble: ErrorCode?
        /// How many partitions of the session are full.
        var full = 0
        /// When the first partition that is read here instead of from its leader must be looked at again.
        var preferredUntil = Int64.max

        func mayFetch(_ now: Int64) -> Bool { !session.isEmpty && full == 0 && !isInFlight && now >= retryAt }
    }

    /// - Parameters:
    ///   - memberId: a fresh random UUID, for the new group protocol; the classic one gets its id from the coordinator.
    ///   - wallClockMs: milliseconds since 1970, for reset policies by duration.
    public convenience init(core: ClientCore, config: ConsumerConfig, memberId: String, wallClockMs: @escaping () -> Int64) {
        self.init(port: core, config: config, memberId: memberId, wallClockMs: wallClockMs)
        self.core = core
        core.attach(self)
    }

    init(port: any ConsumerPort, config: ConsumerConfig, memberId: String, wallClockMs: @escaping () -> Int64) {
        self.port = port
        self.config = config
        self.memberId = memberId
        self.wallClockMs = wallClockMs
        port.allowsAutoTopicCreation = config.allowAutoCreateTopics
    }

    // MARK: What to read

    /// Reads these topics as a member of the group; the group divides the partitions.
    public func subscribe(topics: [String]) {
        subscription = .topics(topics)
        port.track(topics)
        joinGroup()
        member?.subscribe(topics)
    }

    /// Reads every topic whose name matches, also ones that come later. Internal topics count only without `exclude.internal.topics`.
    public func subscribe(matching pattern: @escaping (String) -> Bool) {
        subscription = .pattern(pattern)
        port.tracksAllTopics = true
        checkedMetadataVersion = -1
        joinGroup()
    }

    /// Reads exactly these partitions, without a group's help.
    public func assign(_ partitions: [TopicPartition]) {
        subscription = .manual
        port.track(Set(partitions.map(\.topic)))
        probeCluster()
        adopt(partitions)
    }

    private func joinGroup() {
        probeCluster()
        guard member == nil, let groupId = config.groupId else { return }
        switch config.groupProtocol {
        case .classic:
            let member = GroupMember(groupId: groupId, config: config, port: port)
            member.owner = self
            self.member = member
        case .consumer:
            let member = HeartbeatMember(groupId: groupId, memberId: memberId, config: config, port: port)
            member.owner = self
            self.member = member
        }
    }

    /// A request of its own, whose failure tells that no broker can be reached; the tracking of metadata goes on trying in silence.
    private func probeCluster() {
        guard probe == nil else { return }
        probe = port.submit(to: .any, options: RequestOptions(), build: { _ in MetadataRequest() }, retryCode: nil) {
            [weak self] (result: Result<MetadataResponse, ClientError>) in
            guard let self, case .failure(let error) = result, self.port.isFatal(error) else { return }
            self.fail(error)
        }
    }

    // MARK: Records

    /// Takes the next records, in the order in which they came, and moves the partition's position past them. Nil: none are here yet.
    /// - Throws: what made the consumer stop.
    public func poll() throws(ClientError) -> FetchedRecords? {
        member?.polled(now: port.now)
        if member?.holdsRecords == true { return nil }
        while let next = ready.next() {
            guard let state = states[next.records.partition], state.stamp == next.stamp else { continue }
            if state.isPaused {
                state.hold(next)
                continue
            }
            state.bufferedBytes -= next.records.sizeInBytes
            state.position = next.records.nextOffset
            state.positionEpoch = next.records.leaderEpoch
            endTurn(of: state)
            return next.records
        }
        if let failure { throw failure }
        return nil
    }

    private func endTurn(of state: PartitionState) {
        lastTurn += 1
        state.turn = lastTurn
    }

    public var assignment: [TopicPartition] { states.keys.sorted() }

    /// The offset of the next record to hand out; nil before it is known.
    public func position(_ partition: TopicPartition) -> Int64? { states[partition]?.position }

    public func seek(_ partition: TopicPartition, to offset: Int64) { states[partition]?.seek(to: offset) }
    public func seekToBeginning(_ partition: TopicPartition) { states[partition]?.reset(.offset(timestamp: ListOffsetsTimestamp.earliest)) }
    public func seekToEnd(_ partition: TopicPartition) { states[partition]?.reset(.offset(timestamp: ListOffsetsTimestamp.latest)) }
    public func pause(_ partition: TopicPartition) { states[partition]?.isPaused = true }
    public func resume(_ partition: TopicPartition) { if let state = states[partition] { ready.putBack(state.resume()) } }

    // MARK: The machine

    public func advance(now: Int64) {
        guard failure == nil, !isClosed else { return }
        watchMetadata()
        member?.advance(now: now)
        if let closing {
            if let retryAt = closing.retryAt, now >= retryAt { commitAndLeave() }
            return
        }
        autoCommitIfDue(now)
        arrange(now)
        sendFetches(now)
    }

    public var nextDeadline: Int64? {
        guard failure == nil, !isClosed else { return nil }
        var earliest = member?.nextDeadline ?? .max
        if commitsAutomatically { earliest = min(earliest, max(autoCommitDueAt, port.now + 1)) }
        if let retryAt = closing?.retryAt { earliest = min(earliest, retryAt) }
        if closing == nil {
            if !leaderless.isEmpty { earliest = min(earliest, missingLeaderRefreshAt) }
            if let due = agenda.nextDue { earliest = min(earliest, max(due, port.now + 1)) }
        }
        for node in nodes.values where node.retryAt > port.now { earliest = min(earliest, node.retryAt) }
        return earliest == .max ? nil : earliest
    }

    private func watchMetadata() {
        guard port.metadata.version != checkedMetadataVersion else { return }
        checkedMetadataVersion = port.metadata.version
        let metadata = port.metadata
        if case .pattern(let matches) = subscription, metadata.updatedAt != nil {
            let names = metadata.topics.values.filter { topic in
                topic.error == .none && (!topic.isInternal || !config.excludeInternalTopics) && matches(topic.name)
            }
            matchCount = names.count
            member?.subscribe(names.map(\.name))
        }
        var wanted = Set(states.keys.map(\.topic))
        if case .topics(let names) = subscription { wanted.formUnion(names) }
        var invalid: [String] = []
        var forbidden: [String] = []
        for topic in wanted {
            switch metadata.topic(topic)?.error {
            case .some(.invalidTopicException): invalid.append(topic)
            case .some(.topicAuthorizationFailed): forbidden.append(topic)
            default: break
            }
        }
        if !invalid.isEmpty {
            fail(ClientError(code: .invalidTopicException, message: "Invalid topics: [\(invalid.sorted().joined(separator: ", "))]"))
        } else if !forbidden.isEmpty {
            fail(ClientError(code: .topicAuthorizationFailed, message: "Not authorized to access topics: [\(forbidden.sorted().joined(separator: ", "))]"))
        }
    }

    func fail(_ error: ClientError) {
        if failure == nil { failure = error }
    }

    /// Asks for metadata because a leader is missing or has moved; a partition that does not exist is not asked for without pause.
    func refreshMissing(_ now: Int64) {
        guard now >= missingLeaderRefreshAt else { return }
        missingLeaderRefreshAt = now + Int64(max(port.retryBackoffMs, 250))
        port.refreshMetadata()
    }

    // MARK: Closing

    /// Commits what was handed out (with automatic commits), leaves the group, and calls back, with the commit's failure if it failed, when that is
    /// done or the time is over.
    public func close(timeoutMs: Int = 30_000, completion: @escaping (ClientError?) -> Void) {
        guard !isClosed else { return completion(nil) }
        guard failure == nil, commitsAutomatically else { return leave(timeoutMs, nil, completion) }
        closing = Closing(timeoutMs: timeoutMs, giveUpAt: port.now + Int64(timeoutMs), completion: completion)
        commitAndLeave()
    }

    /// A commit that falls into a rebalance is tried again: a member of a cooperative group still owns what it read.
    private func commitAndLeave() {
        guard let closing else { return }
        self.closing?.retryAt = nil
        commit(nil, timeoutMs: closing.timeoutMs) { [weak self] error in
            guard let self else { return closing.completion(error) }
            let fellIntoRebalance = error?.code == .rebalanceInProgress || error?.code == .illegalGeneration
            if fellIntoRebalance, self.failure == nil, self.port.now < closing.giveUpAt, !self.states.isEmpty {
                self.closing?.retryAt = self.port.now + Int64(self.port.retryBackoffMs)
                return
            }
            self.closing = nil
            self.leave(closing.timeoutMs, error, closing.completion)
        }
    }

    private func leave(_ timeoutMs: Int, _ error: ClientError?, _ completion: @escaping (ClientError?) -> Void) {
        isClosed = true
        guard let member else {
            detach()
            return completion(error)
        }
        if !states.isEmpty { onAssignmentChange?(.revoked(assignment)) }
        member.leave(timeoutMs: timeoutMs) { [weak self] in
            self?.detach()
            completion(error)
        }
    }

    private func detach() {
        if let probe { port.cancel(probe) }
        core?.detach(self)
    }
}

extension Consumer: GroupMemberOwner {
    var ownedPartitions: [TopicPartition] { Array(states.keys) }

    func take(assignment partitions: [TopicPartition]) {
        keep(partitions)
        let added = Set(partitions).subtracting(states.keys).sorted()
        adopt(partitions)
        onAssignmentChange?(.assigned(added))
    }

    func keep(_ partitions: [TopicPartition]) {
        let revoked = Set(states.keys).subtracting(partitions)
        guard !revoked.isEmpty else { return }
        onAssignmentChange?(.revoked(revoked.sorted()))
        adopt(states.keys.filter { !revoked.contains($0) })
    }

    private func adopt(_ partitions: [TopicPartition]) {
        let wanted = Set(partitions)
        for (partition, state) in states where !wanted.contains(partition) {
            withdraw(state)
            state.bufferedBytes = 0
            leaderless.remove(partition)
            states[partition] = nil
        }
        for partition in wanted.subtracting(states.keys).sorted() {
            let state = PartitionState(partition, need: config.groupId == nil ? resetNeed : .committedOffset, agenda: agenda)
            endTurn(of: state)
            states[partition] = state
        }
        if autoCommitDueAt == 0 { autoCommitDueAt = port.now + Int64(config.autoCommitIntervalMs) }
        port.track(Set(wanted.map(\.topic)))
    }

    func prepareForRebalance(_ done: @escaping () -> Void) {
        guard commitsAutomatically else { return done() }
        commit(automaticOffsets, timeoutMs: min(config.maxPollIntervalMs, 5_000)) { _ in done() }
    }

    func membershipFailed(_ error: ClientError) { fail(error) }
}
