import Coordination
import KafkaProtocol
import LogStorage
import Synchronization
import Vocabulary

/// Runs one coordinator's shard against its partition: one request at a time, each appended and replayed before the next, and every reply held back until
/// what it rests on is durable. See `CoordinatorShard` for the contract that this keeps.
final class ShardRunner<Shard: CoordinatorShard>: Sendable {
    typealias Completion = @Sendable (Shard.Reply) -> Void
    typealias Outcome = CoordinatorOutcome<Shard.Reply>

    private struct State {
        var shard: Shard
        /// The offset of the image that the shard was shown last.
        var shown: Offset
        /// Who to tell, by the token that the shard was given.
        var waiting: [UInt64: Completion] = [:]
        var nextToken: UInt64 = 0
        /// The log's end after the last append; replies wait until it is durable up to there.
        var appendedEnd = Offset.zero
        var timer: (id: UInt64, deadline: Int64)?
        /// Set once the log was lost under the shard; nothing is served after that.
        var failure: ErrorCode?
    }

    /// What is to be told once the log is durable up to an offset.
    private struct Release {
        var upTo: Offset
        var replies: [(Completion, Shard.Reply)] = []
        var announcements: [Shard.Reply] = []
    }

    /// Replies that are told once: when what they rest on is on all replicas in sync, or when that has taken too long.
    private final class Replies: Sendable {
        private struct Content: Sendable {
            var replies: [(Completion, Shard.Reply)]
        }

        private let content: Mutex<Content>

        init(_ replies: [(Completion, Shard.Reply)]) { content = Mutex(Content(replies: replies)) }

        func take() -> [(Completion, Shard.Reply)] {
            content.withLock { content in
                defer { content.replies = [] }
                return content.replies
            }
        }
    }

    let partition: Partition
    private let kind: CoordinatorKind<Shard>
    private let metadata: MetadataService
    private let commits: CommitQueue
    private let timers: Timers
    private let state: Mutex<State>

    /// Folds the partition's log. Throws when it cannot be read.
    init(_ kind: CoordinatorKind<Shard>, partition: Partition, metadata: MetadataService, commits: CommitQueue, timers: Timers, now: Int64) throws {
        self.kind = kind
        self.partition = partition
        self.metadata = metadata
        self.commits = commits
        self.timers = timers
        let configs = metadata.configs
        var shard = kind.make(configs)
        kind.show(&shard, configs)
        try ShardLog.fold(partition.log, into: &shard)
        let outcome = shard.finishLoading(now: now)
        state = Mutex(State(shard: shard, shown: Offset(configs.image.offset), appendedEnd: partition.log.logEndOffset))
        release(state.withLock { settle(outcome, in: &$0, now: now) })
    }

    // MARK: Requests

    /// Hands a request to the shard; `then` gets the reply, now or when the shard is ready for it.
    /// - Parameter transaction: what is recorded counts once this transaction is committed
    func submit(
        now: Int64, in transaction: ShardLog.Transaction? = nil, _ request: (inout Shard, UInt64) -> Outcome, then: @escaping Completion
    ) {
        let result: Result<Release, ErrorCode> = state.withLock { state in
            if let failure = state.failure { return .failure(failure) }
            refresh(&state)
            state.nextToken += 1
            let token = state.nextToken
            state.waiting[token] = then
            let outcome = request(&state.shard, token)
            return .success(settle(outcome, in: &state, transaction, now: now))
        }
        switch result {
        case .success(let released): release(released)
        case .failure(let error): then(kind.failed(error))
        }
    }

    /// Ends a transaction that may have records here: the marker is appended and counts like any record. `then` is told once it is durable.
    func endTransaction(_ marker: EndMarker, now: Int64, then: @escaping @Sendable (ErrorCode) -> Void) {
        let result: Result<Offset, ErrorCode> = state.withLock { state in
            if let failure = state.failure { return .failure(failure) }
            do throws(AppendError) {
                let terms = TransactionTerms.marker(version: marker.version)
                state.appendedEnd = try partition.append(
                    marker.batch(now: now), now: now, origin: .coordinator, requiresInSync: true, transaction: terms
                ).endOffset
            } catch {
                return .failure(error.code)
            }
            state.shard.replayEndTransaction(producerId: marker.producerId, committed: marker.commits)
            schedule(&state)
            return .success(state.appendedEnd)
        }
        switch result {
        case .success(let end):
            self.commits.commit(partition, upTo: end) { error in
                if error != .none { self.fail(.notCoordinator) }
                then(error == .none ? .none : .notCoordinator)
            }
        case .failure(let error): then(error)
        }
    }

    /// False once the log was lost under the shard.
    var isServing: Bool { state.withLock { $0.failure == nil } }

    /// Lets the shard act on something that nobody waits for.
    func perform(now: Int64, _ action: (inout Shard) -> Outcome) {
        release(
            state.withLock { state in
                guard state.failure == nil else { return Release(upTo: .zero) }
                refresh(&state)
                return settle(action(&state.shard), in: &state, now: now)
            })
    }

    /// Shows the shard the cluster as it is now.
    private func refresh(_ state: inout State) {
        let configs = metadata.configs
        let offset = Offset(configs.image.offset)
        guard offset != state.shown else { return }
        state.shown = offset
        kind.show(&state.shard, configs)
    }

    /// Looks at the shard, and says up to which offset the log must be durable for that to last.
    func read<R>(_ body: (borrowing Shard) -> R) -> Result<(value: R, upTo: Offset), ErrorCode> {
        state.withLock { state in
            if let failure = state.failure { return .failure(failure) }
            refresh(&state)
            return .success((body(state.shard), state.appendedEnd))
        }
    }

    // MARK: Settling

    /// Appends and replays what the shard decided, then lets its due timers act, and collects the replies.
    private func settle(_ outcome: Outcome, in state: inout State, _ transaction: ShardLog.Transaction? = nil, now: Int64) -> Release {
        var release = Release(upTo: .zero)
        apply(outcome, in: &state, transaction, now: now, &release)
        while let deadline = state.shard.nextDeadline, deadline <= now { apply(state.shard.tick(now: now), in: &state, now: now, &release) }
        schedule(&state)
        release.upTo = state.appendedEnd
        return release
    }

    private func apply(
        _ outcome: Outcome, in state: inout State, _ transaction: ShardLog.Transaction? = nil, now: Int64, _ release: inout Release
    ) {
        var outcome = outcome
        while !outcome.records.isEmpty {
            do {
                let batches = ShardLog.batches(outcome.records, in: transaction, now: now)
                let info = try partition.append(batches, now: now, origin: .coordinator, requiresInSync: true, transaction: transaction?.terms ?? .unchecked)
                for (index, record) in outcome.records.enumerated() {
                    state.shard.replay(record, offset: (info.firstOffset + Int64(index)).value, producerId: transaction?.producerId ?? -1)
                }
                state.appendedEnd = info.endOffset
                break
            } catch {
                outcome = state.shard.reject(outcome, error: error.code, now: now)
            }
        }
        for (token, reply) in outcome.replies {
            if let completion = state.waiting.removeValue(forKey: token) { release.replies.append((completion, reply)) }
        }
        release.announcements += outcome.announcements
    }

    private func release(_ release: Release) {
        guard !release.replies.isEmpty || !release.announcements.isEmpty else { return }
        let replies = Replies(release.replies)
        let timer = release.replies.isEmpty ? nil : limit(replies)
        commits.commit(partition, upTo: release.upTo) { error in
            if let timer { self.timers.cancel(timer) }
            // The disk did not keep what was replayed, or another leads the log: the shard no longer says what the log says.
            if error != .none { self.fail(.notCoordinator) }
            for (completion, reply) in replies.take() { completion(error == .none ? reply : self.kind.failed(.notCoordinator)) }
            if error == .none { for announcement in release.announcements { self.kind.announce(self, announcement) } }
        }
    }

    /// Where other replicas must have the records, a client is not kept waiting for longer than `offsets.commit.timeout.ms`. What was decided stands.
    private func limit(_ replies: Replies) -> UInt64? {
        guard partition.hasOthers else { return nil }
        let settings = metadata.settings
        return timers.schedule(at: settings.clock() + settings.int("offsets.commit.timeout.ms")) { [kind] _ in
            for (completion, _) in replies.take() { completion(kind.failed(.coordinatorNotAvailable)) }
        }
    }

    /// Ends the shard: everybody who waits is told, and nothing is served any more.
    func fail(_ error: ErrorCode) {
        let abandoned: [(Completion, Shard.Reply)] = state.withLock { state in
            state.failure = error
            if let timer = state.timer { timers.cancel(timer.id) }
            state.timer = nil
            let outcome = state.shard.abandon(error: error)
            return outcome.replies.compactMap { token, reply in state.waiting.removeValue(forKey: token).map { ($0, reply) } }
        }
        for (completion, reply) in abandoned { completion(reply) }
    }

    // MARK: Time

    private func schedule(_ state: inout State) {
        guard let next = state.shard.nextDeadline else { return }
        if let timer = state.timer {
            if timer.deadline <= next { return }
            timers.cancel(timer.id)
        }
        let id = timers.schedule(at: next) { [weak self] now in self?.fire(now: now) }
        state.timer = (id, next)
    }

    private func fire(now: Int64) {
        release(
            state.withLock { state in
                state.timer = nil
                refresh(&state)
                return state.failure == nil ? settle(Outcome(), in: &state, now: now) : Release(upTo: .zero)
            })
    }
}
