import Coordination
import KafkaProtocol
import LogStorage
import Synchronization
import Vocabulary

/// Runs the coordinators of one kind: a shard for each partition of their internal topic that this broker leads. A shard is loaded when its partition is
/// gained and unloaded when it is lost; what is asked of it meanwhile is told so, and no shard waits for another.
final class CoordinatorRuntime<Shard: CoordinatorShard>: Sendable {
    typealias Runner = ShardRunner<Shard>

    /// One partition of the topic that this broker leads.
    private struct Slot: Sendable {
        let partition: Partition
        /// The leader epoch in which the partition was gained: what was read of it in another is not what it holds.
        let epoch: LeaderEpoch
        var content: Content

        enum Content: Sendable {
            case loading
            case active(Runner)
            /// Its log cannot be read; it has no coordinator until that is mended and the broker started again.
            case unreadable
        }
    }

    private let kind: CoordinatorKind<Shard>
    private let settings: BrokerSettings
    private let metadata: MetadataService
    private let partitions: PartitionTable
    private let commits: CommitQueue
    private let timers: Timers
    private let slots = Mutex<[Int32: Slot]>([:])

    /// Takes up the partitions that are there, and follows what becomes of them.
    init(
        _ kind: CoordinatorKind<Shard>, settings: BrokerSettings, metadata: MetadataService, partitions: PartitionTable, commits: CommitQueue,
        timers: Timers, now: Int64
    ) {
        self.kind = kind
        self.settings = settings
        self.metadata = metadata
        self.partitions = partitions
        self.commits = commits
        self.timers = timers
        reconcile(now: now)
        metadata.onChange { [weak self] delta, now in
            guard let self else { return }
            let isTouched = delta.changedTopics.contains { $0.topic.name == kind.topic } || delta.removedTopics.contains { $0.name == kind.topic }
            if isTouched { self.reconcile(now: now) }
        }
    }

    // MARK: Gaining and losing

    /// Loads the shards of partitions that were gained, and unloads those of partitions that were lost.
    private func reconcile(now: Int64) {
        var led: [Int32: Partition] = [:]
        for case let partition? in partitions.snapshot.topics[kind.topic]?.partitions ?? [] where partition.isLeader { led[partition.index] = partition }
        let (lost, gained) = slots.withLock { slots in
            var lost: [Slot] = []
            for (index, slot) in slots.sorted(by: { $0.key < $1.key }) where led[index] !== slot.partition {
                lost.append(slots.removeValue(forKey: index) ?? slot)
            }
            let gained = led.keys.filter { slots[$0] == nil }.sorted().compactMap { led[$0] }
            let fresh = gained.map { Slot(partition: $0, epoch: $0.leaderEpoch, content: .loading) }
            for slot in fresh { slots[slot.partition.index] = slot }
            return (lost, fresh)
        }
        for slot in lost { if case .active(let runner) = slot.content { runner.fail(.notCoordinator) } }
        for slot in gained {
            // There is nothing to wait for in a new partition, whose first members would be told to come again.
            if slot.partition.log.logStartOffset == slot.partition.log.logEndOffset {
                load(slot, now: now)
            } else {
                settings.blocking { self.load(slot, now: now) }
            }
        }
    }

    private func load(_ slot: Slot, now: Int64) {
        let partition = slot.partition
        let content: Slot.Content
        do {
            let runner = try Runner(kind, partition: partition, metadata: metadata, commits: commits, timers: timers, now: now)
            content = .active(runner)
        } catch {
            settings.log.error(
                .coordinator,
                "\(partition.log.directory) cannot be read, what it holds has no coordinator until that is mended and the broker started "
                    + "again: \(error)")
            content = .unreadable
        }
        let isWanted = slots.withLock { slots in
            guard slots[partition.index]?.partition === partition, slots[partition.index]?.epoch == slot.epoch else { return false }
            slots[partition.index]?.content = content
            return true
        }
        if !isWanted, case .active(let runner) = content { runner.fail(.notCoordinator) }
    }

    // MARK: Asking

    /// The shard that a group or a transactional id belongs to. NOT_COORDINATOR while that is not here, COORDINATOR_LOAD_IN_PROGRESS while its log is read.
    func runner(for key: String) -> Result<Runner, ErrorCode> {
        // The image has all of the topic's partitions at once; the table gets them one after another.
        let count = Int32(metadata.image.topic(kind.topic)?.partitions.count ?? 0)
        return runner(at: CoordinatorPartition.index(for: key, partitions: count))
    }

    /// The shard of a partition.
    func runner(at index: Int32) -> Result<Runner, ErrorCode> {
        switch slots.withLock({ $0[index]?.content }) {
        case .active(let runner)?: return .success(runner)
        case .loading?: return .failure(.coordinatorLoadInProgress)
        case .unreadable?, nil: return .failure(.notCoordinator)
        }
    }

    /// Every shard that is here, in partition order; COORDINATOR_LOAD_IN_PROGRESS while one of them is not read yet.
    var allRunners: Result<[Runner], ErrorCode> {
        let slots = slots.withLock { $0.sorted { $0.key < $1.key }.map(\.value.content) }
        var runners: [Runner] = []
        for slot in slots {
            switch slot {
            case .active(let runner): runners.append(runner)
            case .loading: return .failure(.coordinatorLoadInProgress)
            case .unreadable: break
            }
        }
        return .success(runners)
    }

    /// Lets every shard act on something that nobody waits for.
    func performOnAll(now: Int64, _ action: (inout Shard) -> CoordinatorOutcome<Shard.Reply>) {
        let slots = slots.withLock { $0.sorted { $0.key < $1.key }.map(\.value.content) }
        for case .active(let runner) in slots { runner.perform(now: now, action) }
    }

    /// Hands a request to the shard of a key.
    func submit(
        _ key: String, now: Int64, in transaction: ShardLog.Transaction? = nil, _ request: (inout Shard, UInt64) -> CoordinatorOutcome<Shard.Reply>,
        then: @escaping Runner.Completion
    ) {
        switch runner(for: key) {
        case .success(let runner): runner.submit(now: now, in: transaction, request, then: then)
        case .failure(let error): then(kind.failed(error))
        }
    }

    /// Looks at a key's shard; what was seen lasts once `waits`, to which that is added, are durable.
    func read<R>(_ key: String, _ waits: inout [(Partition, Offset)], _ body: (borrowing Shard) -> R) -> Result<R, ErrorCode> {
        runner(for: key).flatMap { runner in
            runner.read(body).map { found in
                waits.append((runner.partition, found.upTo))
                return found.value
            }
        }
    }

    /// Calls `then` once all of the given logs are durable up to their offsets.
    func whenDurable(_ waits: [(Partition, Offset)], then: @escaping @Sendable (ErrorCode) -> Void) {
        guard let (partition, upTo) = waits.first else { return then(.none) }
        let rest = Array(waits.dropFirst())
        commits.commit(partition, upTo: upTo) { error in
            if error == .none { self.whenDurable(rest, then: then) } else { then(.notCoordinator) }
        }
    }
}
