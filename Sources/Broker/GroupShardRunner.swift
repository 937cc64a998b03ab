import Coordination
import KafkaProtocol
import LogStorage
import Synchronization

/// Runs one group shard against its partition of `__consumer_offsets`: one request at a time, each appended and replayed before the next,
/// and every reply held back until what it rests on is durable. See `CoordinatorShard` for the contract that this keeps.
final class GroupShardRunner: Sendable {
    typealias Completion = @Sendable (GroupReply) -> Void

    private struct State {
        var shard: GroupShard
        /// Who to tell, by the token that the shard was given.
        var waiting: [UInt64: Completion] = [:]
        var nextToken: UInt64 = 0
        /// The log's end after the last append; replies wait until it is durable up to there.
        var appendedEnd: Int64 = 0
        var timer: (id: UInt64, deadline: Int64)?
        /// Set once the log was lost under the shard; nothing is served after that.
        var failure: ErrorCode?
    }

    /// What is to be told once the log is durable up to an offset.
    private struct Release {
        var upTo: Int64
        var replies: [(Completion, GroupReply)]
    }

    let partition: Partition
    private let metadata: MetadataService
    private let commits: CommitQueue
    private let timers: Timers
    private let state: Mutex<State>

    /// Folds the partition's log. Throws when it cannot be read.
    init(partition: Partition, metadata: MetadataService, commits: CommitQueue, timers: Timers, now: Int64) throws {
        self.partition = partition
        self.metadata = metadata
        self.commits = commits
        self.timers = timers
        let configs = metadata.configs
        var shard = GroupShard(configuration: GroupConfiguration(configs))
        shard.image = configs.image
        try Self.fold(partition.log, into: &shard)
        let outcome = shard.finishLoading(now: now)
        state = Mutex(State(shard: shard, appendedEnd: partition.log.logEndOffset))
        release(state.withLock { settle(outcome, in: &$0, now: now) })
    }

    // MARK: Requests

    /// Hands a request to the shard; `then` gets the reply, now or when the group is ready for it.
    func submit(now: Int64, _ request: (inout GroupShard, UInt64) -> GroupOutcome, then: @escaping Completion) {
        let result: Result<Release, ErrorCode> = state.withLock { state in
            if let failure = state.failure { return .failure(failure) }
            refresh(&state)
            state.nextToken += 1
            let token = state.nextToken
            state.waiting[token] = then
            let outcome = request(&state.shard, token)
            return .success(settle(outcome, in: &state, now: now))
        }
        switch result {
        case .success(let released): release(released)
        case .failure(let error): then(.failed(error))
        }
    }

    /// Lets the shard act on something that nobody waits for.
    func perform(now: Int64, _ action: (inout GroupShard) -> GroupOutcome) {
        release(
            state.withLock { state in
                guard state.failure == nil else { return Release(upTo: 0, replies: []) }
                refresh(&state)
                return settle(action(&state.shard), in: &state, now: now)
            })
    }

    /// Shows the shard the cluster as it is now.
    private func refresh(_ state: inout State) {
        let image = metadata.image
        guard image.offset != state.shard.image.offset else { return }
        state.shard.image = image
        state.shard.configuration = GroupConfiguration(metadata.configs)
    }

    /// Looks at the shard, and says up to which offset the log must be durable for that to last.
    func read<R>(_ body: (borrowing GroupShard) -> R) -> Result<(value: R, upTo: Int64), ErrorCode> {
        state.withLock { state in
            if let failure = state.failure { return .failure(failure) }
            refresh(&state)
            return .success((body(state.shard), state.appendedEnd))
        }
    }

    // MARK: Settling

    /// Appends and replays what the shard decided, then lets its due timers act, and collects the replies.
    private func settle(_ outcome: GroupOutcome, in state: inout State, now: Int64) -> Release {
        var replies: [(Completion, GroupReply)] = []
        apply(outcome, in: &state, now: now, &replies)
        while let deadline = state.shard.nextDeadline, deadline <= now { apply(state.shard.tick(now: now), in: &state, now: now, &replies) }
        schedule(&state)
        return Release(upTo: state.appendedEnd, replies: replies)
    }

    private func apply(_ outcome: GroupOutcome, in state: inout State, now: Int64, _ replies: inout [(Completion, GroupReply)]) {
        var outcome = outcome
        while !outcome.records.isEmpty {
            do {
                let info = try partition.append(Self.batches(outcome.records, now: now), now: now, origin: .coordinator)
                for (index, record) in outcome.records.enumerated() { state.shard.replay(record, offset: info.firstOffset + Int64(index)) }
                state.appendedEnd = info.endOffset
                break
            } catch {
                outcome = state.shard.reject(outcome, error: error.code, now: now)
            }
        }
        for (token, reply) in outcome.replies {
            if let completion = state.waiting.removeValue(forKey: token) { replies.append((completion, reply)) }
        }
    }

    private func release(_ release: Release) {
        guard !release.replies.isEmpty else { return }
        commits.commit(partition, upTo: release.upTo) { error in
            if error != .none { self.fail() }
            for (completion, reply) in release.replies { completion(error == .none ? reply : .failed(.notCoordinator)) }
        }
    }

    /// The disk did not keep what was replayed: the shard no longer says what the log says.
    private func fail() {
        let abandoned: [(Completion, GroupReply)] = state.withLock { state in
            state.failure = .notCoordinator
            let outcome = state.shard.abandon(error: .notCoordinator)
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
                return state.failure == nil ? settle(GroupOutcome(), in: &state, now: now) : Release(upTo: 0, replies: [])
            })
    }

    // MARK: Log

    /// The largest batch that is written, in bytes; Kafka's default `max.message.bytes` is a little more.
    private static let maxBatchBytes = 1_000_000

    private static func batches(_ records: [CoordinatorRecord], now: Int64) -> Bytes {
        var built: [Bytes] = []
        var builder = RecordBatchBuilder(baseSequence: 0)
        for record in records {
            let size = RecordBatchBuilder.recordSizeUpperBound(keyCount: record.key.count, valueCount: record.value?.count, headers: [])
            if !builder.isEmpty && builder.sizeInBytes + size > maxBatchBytes {
                built.append(builder.build())
                builder = RecordBatchBuilder(baseSequence: 0)
            }
            builder.append(timestamp: now, key: record.key, value: record.value)
        }
        if built.isEmpty { return builder.build() }
        built.append(builder.build())
        return Bytes(built.flatMap(\.array))
    }

    private static func fold(_ log: PartitionLog, into shard: inout GroupShard) throws {
        var offset = log.logStartOffset
        let end = log.logEndOffset
        while offset < end {
            let read = try log.read(from: offset, maxBytes: 4 << 20, minOneBatch: true, upTo: end)
            do {
                for batch in try RecordBatches.all(in: try read.records.gathered()) {
                    try batch.checkCrc()
                    try fold(batch, from: offset, into: &shard)
                }
            } catch let error as RecordBatchError {
                throw LogError.corrupt("behind offset \(offset): \(error)")
            }
            guard read.nextOffset > offset else { break }
            offset = read.nextOffset
        }
    }

    private static func fold(_ batch: RecordBatch, from offset: Int64, into shard: inout GroupShard) throws {
        for record in try batch.records() where record.offset >= offset {
            if batch.isControl {
                guard let type = ControlRecordType(key: record.key), type == .commit || type == .abort else { continue }
                shard.replayEndTransaction(producerId: batch.producerId, committed: type == .commit)
            } else if let key = record.key {
                // Copied out of the large buffer of the read, which a few small slices would otherwise keep alive.
                let copy = CoordinatorRecord(key: key.compacted(), value: record.value?.compacted())
                shard.replay(copy, offset: record.offset, producerId: batch.isTransactional ? batch.producerId : -1)
            }
        }
    }
}
