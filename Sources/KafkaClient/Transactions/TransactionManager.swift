import KafkaProtocol
import Vocabulary

/// Decides for a transactional producer (KIP-98, KIP-360, KIP-447, KIP-890): which calls its state allows, which requests go to the coordinators and
/// in which order, and what an error leaves of the transaction. A value without sockets and clock: calls and answers go in, `next` gives the request
/// to send and `takeActions` the rest. It states what Kafka's own producer does, with its words.
struct TransactionManager {
    /// A request that waits to be sent. At most one is under way at any time.
    struct Pending {
        enum Kind: Equatable {
            /// The identity is the one to bump; none for a first one.
            case initProducerId(bumping: ProducerIdentity)
            case addPartitions
            case addOffsets([TopicPartition: CommitOffset], ConsumerGroupMetadata)
            case commitOffsets([TopicPartition: CommitOffset], ConsumerGroupMetadata, isVersion2: Bool)
            case end(commits: Bool, isVersion2: Bool)
        }

        let kind: Kind
        /// The outcome that it leads to; nil when no call waits for it.
        let outcome: Int?
        var notBefore: Int64 = 0

        var priority: Int {
            switch kind {
            case .initProducerId: 1
            case .addPartitions, .addOffsets, .commitOffsets: 2
            case .end: 3
            }
        }
    }

    /// The last call that moves the producer to another state, until it is known to have ended by whoever made it.
    struct Transition {
        let outcome: Int
        let state: TransactionalProducerState
        let operation: String
        let awaited: String
        /// How it ended when nobody waited any more.
        var result: ClientError??
    }

    struct Waiter {
        let call: TransactionCall
        let outcome: Int
        let deadline: Int64
        let operation: String
        /// Kafka's name of what it waits for.
        let awaited: String
    }

    let id: String
    /// Milliseconds after which the coordinator aborts a transaction that does not end.
    let timeoutMs: Int32
    let retryBackoffMs: Int64
    let maxBlockMs: Int64

    private(set) var state = TransactionalProducerState.uninitialized
    private(set) var lastError: ClientError?
    var identity = ProducerIdentity.none
    /// Another one for each transaction, so that a partition can remember that it was admitted to this one.
    private(set) var serial = 0

    /// What the cluster has finalized, as last told: levels of features, and how new that is.
    var features = FinalizedFeatures()
    private var featuresEpoch: Int64 = -1
    /// Whether transactions follow KIP-890's second part. Fixed from a transaction's begin to its end.
    private(set) var isVersion2 = false
    /// Whether the coordinator bumps the epoch when the client asks (KIP-360, brokers from 2.5 on).
    var coordinatorBumpsEpochs = false
    /// The epoch must be bumped after the transaction's end.
    var mustBumpEpoch = false
    /// Whether the coordinator may know of the transaction, so that it must be told of its end.
    var hasStarted = false

    /// Partitions that records were accepted for and that are not yet with the coordinator, those it is being told of, and those it knows.
    var newPartitions: Set<TopicPartition> = []
    var pendingPartitions: Set<TopicPartition> = []
    var partitions: Set<TopicPartition> = []
    /// Offsets that the group's coordinator has not taken yet.
    var pendingOffsets: [TopicPartition: CommitOffset] = [:]

    var queue: [Pending] = []
    var underWay: Pending?
    var transition: Transition?
    var waiters: [Waiter] = []
    private var lastOutcome = 0
    private var actions: [TransactionAction] = []

    init(id: String, timeoutMs: Int32, retryBackoffMs: Int, maxBlockMs: Int) {
        self.id = id
        self.timeoutMs = timeoutMs
        self.retryBackoffMs = Int64(retryBackoffMs)
        self.maxBlockMs = Int64(min(maxBlockMs, Int(Int32.max)))
    }

    mutating func takeActions() -> [TransactionAction] {
        if actions.isEmpty { return [] }
        defer { actions = [] }
        return actions
    }

    mutating func act(_ action: TransactionAction) { actions.append(action) }

    // MARK: Calls

    /// Asks for a producer id. Whatever an earlier producer with this transactional id left open is aborted by that, and the producer fenced.
    mutating func initTransactions(_ call: TransactionCall, _ now: Int64) throws(ClientError) {
        if try joins(call, .initializing, "initTransactions", now) { return }
        try failIfBroken()
        try move(to: .initializing)
        let outcome = newOutcome()
        enqueue(Pending(kind: .initProducerId(bumping: .none), outcome: outcome))
        transition = Transition(outcome: outcome, state: .initializing, operation: "initTransactions", awaited: "InitProducerId")
        wait(outcome, call, "initTransactions", "InitProducerId", now)
    }

    mutating func begin() throws(ClientError) {
        try failIfPending("beginTransaction")
        try failIfBroken()
        try move(to: .inTransaction)
        serial += 1
    }

    /// Lets a record for the partition into the transaction.
    mutating func admit(_ partition: TopicPartition) throws(ClientError) {
        try failIfBroken()
        try failIfPending("send")
        guard identity != .none else {
            throw .illegalState("Cannot add partition \(partition) to transaction before completing a call to initTransactions")
        }
        guard state == .inTransaction else {
            throw .illegalState("Cannot add partition \(partition) to transaction while in state \(state.rawValue)")
        }
        if isVersion2 {
            partitions.insert(partition)
            hasStarted = true
        } else if !partitions.contains(partition), !pendingPartitions.contains(partition) {
            newPartitions.insert(partition)
        }
    }

    /// Whether the partition's batches may go out: the coordinator knows of it, or need not.
    func maySend(to partition: TopicPartition) -> Bool { state != .fatalError && partitions.contains(partition) }

    mutating func sendOffsets(
        _ call: TransactionCall, _ offsets: [TopicPartition: CommitOffset], _ group: ConsumerGroupMetadata, _ now: Int64
    ) throws(ClientError) {
        try failIfPending("sendOffsetsToTransaction")
        try failIfBroken()
        guard state == .inTransaction else {
            throw .illegalState("Cannot send offsets if a transaction is not in progress (currentState= \(state.rawValue))")
        }
        let outcome = newOutcome()
        if isVersion2 {
            hasStarted = true
            enqueueOffsets(offsets, group, outcome)
        } else {
            enqueue(Pending(kind: .addOffsets(offsets, group), outcome: outcome))
        }
        wait(outcome, call, "sendOffsetsToTransaction", isVersion2 ? "TxnOffsetCommitHandler" : "AddOffsetsToTxn", now)
    }

    mutating func enqueueOffsets(_ offsets: [TopicPartition: CommitOffset], _ group: ConsumerGroupMetadata, _ outcome: Int?) {
        pendingOffsets.merge(offsets) { _, new in new }
        enqueue(Pending(kind: .commitOffsets(pendingOffsets, group, isVersion2: isVersion2), outcome: outcome))
    }

    mutating func commit(_ call: TransactionCall, _ now: Int64) throws(ClientError) {
        if try joins(call, .committing, "commitTransaction", now) { return }
        try failIfBroken()
        try move(to: .committing)
        complete(call, commits: true, now)
    }

    mutating func abort(_ call: TransactionCall, _ now: Int64) throws(ClientError) {
        if try joins(call, .aborting, "abortTransaction", now) { return }
        if state != .abortableError { try failIfBroken() }
        try move(to: .aborting)
        newPartitions = []
        act(.failUnsent(.transactionAborted))
        complete(call, commits: false, now)
    }

    private mutating func complete(_ call: TransactionCall, commits: Bool, _ now: Int64) {
        let outcome = newOutcome()
        enqueue(Pending(kind: .end(commits: commits, isVersion2: isVersion2), outcome: outcome))
        // Only after that, so that the transaction ends by the protocol it began with.
        adoptFeatures(isFirst: false)
        let operation = commits ? "commitTransaction" : "abortTransaction"
        transition = Transition(outcome: outcome, state: state, operation: operation, awaited: "EndTxn(\(commits))")
        wait(outcome, call, operation, "EndTxn(\(commits))", now)
    }

    /// Gives everything up.
    mutating func close() { fail(fatally: ClientError(.closed, message: "The producer closed forcefully")) }

    // MARK: What calls ask first

    /// Waits for a call of the same kind that timed out, if there is one.
    private mutating func joins(_ call: TransactionCall, _ next: TransactionalProducerState, _ operation: String, _ now: Int64) throws(ClientError) -> Bool {
        guard let transition else { return false }
        guard transition.state == next else {
            try failIfPending(operation)
            return false
        }
        if let result = transition.result {
            self.transition = nil
            act(.end(call, result))
        } else {
            wait(transition.outcome, call, operation, transition.awaited, now)
        }
        return true
    }

    private func failIfPending(_ operation: String) throws(ClientError) {
        guard let transition else { return }
        throw .illegalState(
            "Cannot attempt operation `\(operation)` because the previous call to `\(transition.operation)` timed out and must be retried")
    }

    private func failIfBroken() throws(ClientError) {
        guard state.isError, let lastError else { return }
        let producer = "Producer with transactionalId '\(id)' and (producerId=\(identity.id), epoch=\(identity.epoch))"
        switch lastError.code {
        case .producerFenced?:
            throw ClientError(code: .producerFenced, message: "\(producer) has been fenced by another producer with the same transactionalId")
        case .invalidProducerEpoch?:
            throw ClientError(code: .invalidProducerEpoch, message: "\(producer) attempted to produce with an old epoch")
        default:
            let text = "Cannot execute transactional method because we are in an error state"
            throw ClientError(
                .broker, code: lastError.code, exceptionClass: ClientError.kafkaException, message: text, reason: lastError.description)
        }
    }

    private mutating func newOutcome() -> Int {
        lastOutcome += 1
        return lastOutcome
    }

    private mutating func wait(_ outcome: Int, _ call: TransactionCall, _ operation: String, _ awaited: String, _ now: Int64) {
        waiters.append(Waiter(call: call, outcome: outcome, deadline: now + maxBlockMs, operation: operation, awaited: awaited))
    }

    // MARK: States

    private mutating func move(to next: TransactionalProducerState, _ error: ClientError? = nil) throws(ClientError) {
        guard state.mayBecome(next) else {
            throw .illegalState("TransactionalId \(id): Invalid transition attempted from state \(state.rawValue) to state \(next.rawValue)")
        }
        state = next
        lastError = error
    }

    /// The end of the transaction is known, or it never began for the coordinator.
    /// - Parameter outcome: of the call that ended it; it goes on while the epoch is bumped.
    mutating func reset(_ outcome: Int?) {
        let bumps = mustBumpEpoch
        state = bumps ? .initializing : .ready
        lastError = nil
        mustBumpEpoch = false
        hasStarted = false
        newPartitions = []
        pendingPartitions = []
        partitions = []
        pendingOffsets = [:]
        if bumps { enqueue(Pending(kind: .initProducerId(bumping: identity), outcome: outcome)) } else { settle(outcome, nil) }
    }

    /// A producer id was given.
    mutating func initialized(_ identity: ProducerIdentity, isBump: Bool) {
        adopt(identity)
        state = .ready
        lastError = nil
        if !isBump { adoptFeatures(isFirst: true) }
    }

    mutating func adopt(_ identity: ProducerIdentity) {
        self.identity = identity
        act(.adopt(identity))
    }

    /// Takes over what the cluster has finalized since the last look.
    private mutating func adoptFeatures(isFirst: Bool) {
        guard features.epoch > featuresEpoch else { return }
        featuresEpoch = features.epoch
        let was = isVersion2
        isVersion2 = features.levels["transaction.version"] ?? 0 >= 2
        // What a transaction of the older protocol left in the logs must not be taken for a part of the first one of the newer.
        if !isFirst, !was, isVersion2 { mustBumpEpoch = true }
    }

    /// Whether only the client can have the epoch bumped: with the newer protocol each end of a transaction does.
    var bumpsByClient: Bool { coordinatorBumpsEpochs && !isVersion2 }
    /// Whether the producer can go on after an abort: its sequence numbers begin anew under another epoch.
    var survivesErrors: Bool { coordinatorBumpsEpochs || isVersion2 }

    /// The transaction can only be aborted.
    mutating func fail(abortably error: ClientError) {
        guard state.mayBecome(.abortableError) else { return }
        state = .abortableError
        lastError = error
        let waiting = queue
        queue = []
        for pending in waiting { settle(pending.outcome, error) }
        act(.failUnsent(error))
    }

    /// The producer can only be closed.
    mutating func fail(fatally error: ClientError) {
        guard state != .fatalError else { return }
        state = .fatalError
        lastError = error
        let waiting = queue + (underWay.map { [$0] } ?? [])
        queue = []
        for pending in waiting { settle(pending.outcome, error) }
        settle(transition?.outcome, error)
        act(.failAll(error))
    }

    /// A right was missing to get a producer id: nothing has begun, and `initTransactions` may be tried again.
    mutating func fail(uninitialized error: ClientError) {
        state = .uninitialized
        lastError = nil
        let waiting = queue
        queue = []
        for pending in waiting { settle(pending.outcome, error) }
        settle(transition?.outcome, error)
        act(.failAll(error))
    }

    // MARK: Outcomes

    /// Ends the calls that wait for an outcome.
    mutating func settle(_ outcome: Int?, _ error: ClientError?) {
        guard let outcome else { return }
        let calls = waiters.filter { $0.outcome == outcome }
        waiters.removeAll { $0.outcome == outcome }
        for waiter in calls { act(.end(waiter.call, error)) }
        guard transition?.outcome == outcome, transition?.result == nil else { return }
        if calls.isEmpty { transition?.result = .some(error) } else { transition = nil }
    }

    /// Ends the waiting of calls, not what they began, whose time is over.
    mutating func expire(_ now: Int64) {
        guard waiters.contains(where: { $0.deadline <= now }) else { return }
        let late = waiters.filter { $0.deadline <= now }
        waiters.removeAll { $0.deadline <= now }
        for waiter in late { act(.end(waiter.call, .transactionTimeout(waiter.operation, awaiting: waiter.awaited, maxBlockMs))) }
    }

    /// When something is due even if nothing happens; nil for never.
    func nextDeadline(after now: Int64) -> Int64? {
        let retryAt = underWay == nil ? queue.first.flatMap { $0.notBefore > now ? $0.notBefore : nil } : nil
        return [waiters.map(\.deadline).min(), retryAt].compactMap { $0 }.min()
    }

    mutating func enqueue(_ pending: Pending) {
        let at = queue.firstIndex { $0.priority > pending.priority } ?? queue.count
        queue.insert(pending, at: at)
    }
}
