import Coordination
import KafkaProtocol
import LogStorage
import Synchronization
import Vocabulary

/// Moves logs of this broker to other log directories of its own (AlterReplicaLogDirs, KIP-113): copies each, tells the controller once the copy has nearly
/// all, so that it knows what the failure of either directory means, and has the copy take the log's place.
final class DirectoryMoves: Sendable {
    typealias Key = ReplicaFetcher.Key

    private enum Phase: Sendable {
        case copying
        /// The controller is being told.
        case assigning
        /// The metadata has the new directory.
        case assigned
    }

    /// One move of a partition; another gets another number.
    private struct Run: Sendable {
        var number: Int
        var phase = Phase.copying
    }

    private struct State: Sendable {
        var runs: [TopicPartition: Run] = [:]
        var lastNumber = 0
        var rate: ThrottledRate

        mutating func begin(_ name: TopicPartition) -> Int {
            lastNumber += 1
            runs[name] = Run(number: lastNumber)
            return lastNumber
        }

        /// The phase of a move, if it is not over or given up.
        func phase(_ name: TopicPartition, _ number: Int) -> Phase? { runs[name]?.number == number ? runs[name]?.phase : nil }

        mutating func enter(_ phase: Phase?, _ name: TopicPartition, _ number: Int) {
            if runs[name]?.number == number { runs[name] = phase.map { Run(number: number, phase: $0) } }
        }
    }

    private let storage: LogDirectories
    private let partitions: PartitionTable
    private let assignments: DirectoryAssignments
    private let metadata: MetadataService
    private let timers: Timers
    private let settings: BrokerSettings
    private let state: Mutex<State>

    /// Bytes that are read and written at a time, and before another move has its turn.
    private static let pieceBytes = 1 << 20
    private static let turnBytes = 16 << 20
    private static let retryMs: Int64 = 1000
    private static let rateKey = "replica.alter.log.dirs.io.max.bytes.per.second"
    private static let throttleMs: Int64 = 100

    init(
        storage: LogDirectories, partitions: PartitionTable, assignments: DirectoryAssignments, metadata: MetadataService, timers: Timers,
        settings: BrokerSettings
    ) {
        self.storage = storage
        self.partitions = partitions
        self.assignments = assignments
        self.metadata = metadata
        self.timers = timers
        self.settings = settings
        let rate = ThrottledRate(
            sampleCount: Int(settings.int("alter.log.dirs.replication.quota.window.num")),
            sampleMs: settings.int("alter.log.dirs.replication.quota.window.size.seconds") * 1000)
        state = Mutex(State(rate: rate))
    }

    /// Begins to move a partition's log; nothing happens when it is there, or on its way there. Another move of it is given up.
    func begin(_ partition: Partition, to target: LogDirectory, now: Int64) throws(LogDirectoryError) {
        let name = partition.log.name
        if storage.directory(of: name) === target {
            if let move = storage.move(of: name) { giveUp(move, partition) }
            return
        }
        if let move = storage.move(of: name) {
            if move.target === target { return }
            giveUp(move, partition)
        }
        guard try storage.begin(name, to: target, now: now) != nil else { return }
        settings.log.info(.replication, "\(name) is being moved from \(storage.directory(of: name)?.path ?? "") to \(target.path)")
        start(name)
    }

    /// A directory has failed: what was being moved into it stays where it is.
    func directoryFailed(_ directory: LogDirectory) {
        let names = state.withLock { state in state.runs.keys.sorted() }
        for name in names where storage.move(of: name) == nil {
            state.withLock { $0.runs[name] = nil }
            guard let partition = partitions.partition(name.topic, name.partition), let actual = storage.directory(of: name)?.directoryId else { continue }
            storage.log(name)?.resumeCompaction()
            assignments.tell([(partition.key, actual)])
        }
    }

    /// Goes on with the moves that were under way when the broker stopped.
    func resume(now: Int64) {
        for move in storage.moves {
            guard state.withLock({ $0.runs[move.name] == nil }) else { continue }
            do throws(LogDirectoryError) {
                if try storage.begin(move.name, to: move.target, now: now) != nil { start(move.name) }
            } catch {
                settings.log.error(.replication, "the move of \(move.name) to \(move.target.path) cannot go on: \(error)")
            }
        }
    }

    /// Whether the metadata is about to say, or says already, where a log will be.
    func isExpected(_ name: TopicPartition, in directory: Uuid) -> Bool {
        guard state.withLock({ $0.runs[name] != nil }) else { return false }
        return storage.move(of: name)?.target.directoryId == directory
    }

    private func start(_ name: TopicPartition) { goOn(name, state.withLock { $0.begin(name) }) }

    private func giveUp(_ move: LogDirectories.Move, _ partition: Partition) {
        state.withLock { $0.runs[move.name] = nil }
        storage.abandon(move)
        settings.log.info(.replication, "\(move.name) is not moved to \(move.target.path) any more")
        // The controller may have been told already.
        if let actual = storage.directory(of: move.name)?.directoryId { assignments.tell([(partition.key, actual)]) }
    }

    private func goOn(_ name: TopicPartition, _ number: Int) { settings.blocking { [weak self] in self?.turn(name, number) } }

    private func goOn(_ name: TopicPartition, _ number: Int, afterMs delay: Int64) {
        timers.schedule(at: settings.clock() + delay) { [weak self] _ in self?.goOn(name, number) }
    }

    /// Copies for a while, or brings the move to its end. At any time one turn of a move is under way or due.
    private func turn(_ name: TopicPartition, _ number: Int) {
        let now = settings.clock()
        guard state.withLock({ $0.phase(name, number) != nil }) else { return }
        guard let move = storage.move(of: name), let partition = partitions.partition(name.topic, name.partition), storage.log(name) != nil else {
            return state.withLock { $0.enter(nil, name, number) }
        }
        do throws(LogDirectoryError) {
            guard try copy(move, number, now: now) else { return }
            switch state.withLock({ $0.phase(name, number) }) {
            case .copying?:
                state.withLock { $0.enter(.assigning, name, number) }
                // A directory that fails meanwhile ends the move before it tells where the log is.
                assignments.tell([(partition.key, move.target.directoryId)], if: { state.withLock { $0.phase(name, number) != nil } }) { [weak self] in
                    self?.state.withLock { $0.enter(.assigned, name, number) }
                    self?.goOn(name, number)
                }
            case .assigned?:
                guard try storage.finish(move, now: now) else { return goOn(name, number) }
                state.withLock { $0.enter(nil, name, number) }
                storage.removeMarked()
            case .assigning?, nil: break
            }
        } catch {
            guard state.withLock({ $0.phase(name, number) != nil }) else { return }
            settings.log.error(.replication, "\(name) cannot be moved to \(move.target.path) for now: \(error)")
            reopen(move, now: now)
            goOn(name, number, afterMs: Self.retryMs)
        }
    }

    /// After a failure the copy may have been closed.
    private func reopen(_ move: LogDirectories.Move, now: Int64) {
        _ = try? storage.begin(move.name, to: move.target, now: now)
    }

    /// Copies until there is nothing left for now; false when another turn is due before that.
    private func copy(_ move: LogDirectories.Move, _ number: Int, now: Int64) throws(LogDirectoryError) -> Bool {
        let bound = metadata.configs.brokerText(Self.rateKey).flatMap { Int64($0) } ?? .max
        var copied = 0
        while true {
            let isHeldUp = state.withLock { state in
                state.rate.bound = bound
                return state.rate.isExceeded(now: settings.clock())
            }
            if isHeldUp {
                goOn(move.name, number, afterMs: Self.throttleMs)
                return false
            }
            let bytes = try storage.copy(move, maxBytes: Self.pieceBytes, now: now)
            if bytes == 0 { return true }
            state.withLock { $0.rate.note(bytes, now: settings.clock()) }
            copied += bytes
            if copied >= Self.turnBytes {
                goOn(move.name, number)
                return false
            }
        }
    }
}
