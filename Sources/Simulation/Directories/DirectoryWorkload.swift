import Broker
import KafkaProtocol
import LogStorage
import Vocabulary

/// A log that is moved between the directories of a node, again and again, while it is written, cut and trimmed, its moves are given up, and the
/// power fails at any moment. Whatever was durable stays, in one place. Everything follows from the seed.
public struct DirectoryWorkload {
    public struct Report: Sendable {
        public var appended = 0
        public var journaled = 0
        public var moved = 0
        public var givenUp = 0
        public var resumed = 0
        public var adopted = 0
        public var cuts = 0
        public var crashes = 0
        public var violations: [String] = []

        public init() {}

        public mutating func add(_ other: Report) {
            appended += other.appended
            journaled += other.journaled
            moved += other.moved
            givenUp += other.givenUp
            resumed += other.resumed
            adopted += other.adopted
            cuts += other.cuts
            crashes += other.crashes
            violations += other.violations
        }
    }

    private let seed: UInt64
    private let steps: Int

    public init(seed: UInt64, steps: Int = 200) {
        self.seed = seed
        self.steps = steps
    }

    public func run() throws -> Report {
        let run = try DirectoryRun(seed: seed)
        for step in 0..<steps where run.report.violations.isEmpty { try run.act(step) }
        if run.report.violations.isEmpty { try run.finish() }
        return run.report
    }
}

/// A run of the workload.
private final class DirectoryRun {
    private static let name = TopicPartition("orders", 0)
    private static let topicId = Uuid(high: 1, low: 2)
    private static let now: Int64 = 1_700_000_000_000
    private static let paths = ["/a", "/b", "/c"]

    private var random: SeededGenerator
    private var disk = SimulatedDisk()
    private var directories: LogDirectories
    private var log: PartitionLog
    private let config: LogConfig
    private let journalLimits: JournalLimits
    private var epoch = LeaderEpoch.zero
    /// What the metadata says of the replica's directory.
    private var assigned: Uuid?
    /// What was appended and not cut off: the value and the leader epoch at each offset.
    private var written: [Int64: (value: String, epoch: Int32)] = [:]
    /// Everything below was synced.
    private var durable = Offset.zero
    /// The start that was noted durably.
    private var start = Offset.zero
    var report = DirectoryWorkload.Report()

    init(seed: UInt64) throws {
        random = SeededGenerator(seed: seed)
        var config = LogConfig()
        config.segmentBytes = 300 + Int(random.next() % 2500)
        config.indexIntervalBytes = Int(random.next() % 300)
        config.retentionMs = -1
        self.config = config
        journalLimits = JournalLimits(seed: seed)
        (directories, log) = try Self.open(disk, config, journalLimits, nil, &random)
        assigned = directories.directory(of: Self.name)?.directoryId
        lead()
    }

    private static func open(
        _ disk: SimulatedDisk, _ config: LogConfig, _ journalLimits: JournalLimits, _ assigned: Uuid?, _ random: inout SeededGenerator
    ) throws -> (LogDirectories, PartitionLog) {
        var opening = LogDirectories.Opening(paths: paths, nodeId: 1)
        opening.journalLimits = journalLimits
        let directories = try LogDirectories(disk: disk, opening, generator: &random)
        let placement = LogPlacement(directoryId: assigned, isNew: assigned == nil)
        let log = try directories.openPartition(name, topicId: topicId, config: config, placement: placement, now: now)
        try directories.settle(removed: [])
        return (directories, log)
    }

    private func chance(_ count: UInt64) -> Bool { random.next() % count == 0 }

    private func lead() {
        epoch = LeaderEpoch(epoch.value + 1)
        log.lead(epoch)
    }

    private var move: LogDirectories.Move? { directories.move(of: Self.name) }

    // MARK: Steps

    func act(_ step: Int) throws {
        if chance(12) { disk.faults.changesLeft = Int(random.next() % 40) }
        switch random.next() % 100 {
        case 0..<30: try surviving { try append(step) }
        case 30..<44: try surviving { commit() }
        case 44..<48: try surviving { try beginMove() }
        case 48..<62: try surviving { try copy() }
        case 62..<70: try surviving { try finishMove() }
        case 70..<72: try surviving { giveUp() }
        // What was being cut off by a process that was killed may be back after a later power failure, which this does not follow.
        case 72..<76: try surviving(mayBeKilled: false) { try cut() }
        case 76..<79: try surviving { try trim() }
        case 79..<83: try surviving { try directories.writeCheckpoints() }
        case 83..<87: try surviving { durable = max(durable, try log.sync()) }
        case 87..<89: try surviving { try log.roll(now: Self.now) }
        case 89..<91: try surviving { _ = try log.applyRetention(now: Self.now) }
        case 91..<93: try surviving { directories.removeMarked() }
        case 93..<96: lead()
        case 96..<98: try restart()
        default: try losePower()
        }
        if report.violations.isEmpty, disk.faults.changesLeft >= 0 { try check("after step \(step)") }
    }

    /// Does something to a node that may lose its power meanwhile.
    private func surviving(mayBeKilled: Bool = true, _ body: () throws -> Void) throws {
        do { try body() } catch { guard disk.faults.changesLeft < 0 else { throw error } }
        if disk.faults.changesLeft < 0 { try losePower(mayBeKilled: mayBeKilled) }
    }

    private func append(_ step: Int) throws {
        let builder = RecordBatchBuilder()
        let count = 1 + Int(random.next() % 4)
        for index in 0..<count { builder.append(timestamp: Self.now, key: nil, value: Bytes("\(step)/\(index)")) }
        let info = try log.append(builder.build(), leaderEpoch: epoch, now: Self.now, origin: .client)
        for index in 0..<count { written[info.firstOffset.value + Int64(index)] = ("\(step)/\(index)", epoch.value) }
        report.appended += count
    }

    /// By the journal, where it takes what there is; and it is tidied, or not.
    private func commit() {
        // Of an empty log there is nothing to be made durable.
        guard let journal = log.journal, log.logEndOffset > log.logStartOffset else { return }
        if case .durable? = journal.commit([log]).first {
            durable = max(durable, log.logEndOffset)
            report.journaled += 1
        }
        if journal.isUntidy, chance(2) { journal.tidy() }
    }

    private func beginMove() throws {
        let targets = directories.all.filter { $0 !== directories.directory(of: Self.name) }
        guard let target = targets.randomElement(using: &random) else { return }
        _ = try directories.begin(Self.name, to: target, now: Self.now)
    }

    private func copy() throws {
        guard let move else { return }
        for _ in 0..<Int(random.next() % 4) { _ = try directories.copy(move, maxBytes: 1 + Int(random.next() % 600), now: Self.now) }
    }

    /// As the broker does it: the controller hears of it once the copy has nearly all.
    private func finishMove() throws {
        guard let move else { return }
        while try directories.copy(move, maxBytes: 500, now: Self.now) > 0 {}
        assigned = move.target.directoryId
        if chance(2) { try append(-1) }
        if try directories.finish(move, now: Self.now) {
            report.moved += 1
            durable = max(durable, log.logEndOffset)
        }
    }

    private func giveUp() {
        guard let move else { return }
        directories.abandon(move)
        assigned = directories.directory(of: Self.name)?.directoryId
        report.givenUp += 1
    }

    /// A leader of another epoch has something else from an offset on.
    private func cut() throws {
        let (from, end) = (log.logStartOffset.value, log.logEndOffset.value)
        guard end > from else { return }
        let offset = Offset(from + Int64(random.next() % UInt64(end - from)))
        // Down to the beginning of a batch.
        durable = min(durable, max(Offset(from), offset - 4))
        let reached = try directories.truncate(Self.name, to: offset, now: Self.now) ?? offset
        written = written.filter { $0.key < reached.value }
        report.cuts += 1
        lead()
    }

    private func trim() throws {
        let (from, end) = (log.logStartOffset.value, log.logEndOffset.value)
        guard end > from else { return }
        let offset = Offset(from + Int64(random.next() % UInt64(end - from + 1)))
        _ = try log.deleteRecords(before: offset)
        try directories.writeLogStartOffsets()
        start = max(start, min(offset, durable))
    }

    // MARK: Power

    private func restart() throws {
        do {
            try directories.close(clean: true)
        } catch {
            guard disk.faults.changesLeft < 0 else { throw error }
            return try losePower()
        }
        durable = log.logEndOffset
        disk = disk.copied()
        try reopen()
    }

    private func losePower(mayBeKilled: Bool = true) throws {
        report.crashes += 1
        // Or only the process is killed, and what it wrote is there until the power fails.
        disk = mayBeKilled && chance(4) ? disk.left() : disk.crashed(using: &random)
        try reopen()
    }

    private func reopen() throws {
        for attempt in 0... {
            if attempt < 3, chance(4) { disk.faults.changesLeft = Int(random.next() % 30) }
            do {
                let hadLog = Self.paths.contains { disk.exists("\($0)/\(Self.name)") }
                (directories, log) = try Self.open(disk, config, journalLimits, assigned, &random)
                if !hadLog { report.adopted += 1 }
                assigned = directories.directory(of: Self.name)?.directoryId
                for move in directories.moves {
                    _ = try directories.begin(move.name, to: move.target, now: Self.now)
                    report.resumed += 1
                }
                // A directory that fails while it is put in order is no reason not to start; here all have the same power.
                if disk.faults.changesLeft >= 0 { break }
            } catch {
                guard disk.faults.changesLeft < 0 else { throw error }
            }
            disk = disk.crashed(using: &random)
        }
        // What was not durable may be gone.
        let end = log.logEndOffset
        if end < durable { violation("the log ends at \(end), and \(durable) was durable") }
        if log.logStartOffset < start { violation("the log starts at \(log.logStartOffset), and \(start) had been noted") }
        written = written.filter { $0.key < end.value }
        epoch = max(epoch, log.latestLeaderEpoch)
        lead()
    }

    // MARK: Checks

    private func violation(_ text: String) { report.violations.append(text) }

    private func check(_ moment: String) throws {
        let holders = directories.all.filter { $0.log(Self.name) != nil }
        if holders.count != 1 { violation("\(moment): the log is in \(holders.map(\.path))") }
        var next = log.logStartOffset.value
        for batch in try log.batches(from: log.logStartOffset) {
            for record in try batch.records() where record.offset >= next {
                let known = written[record.offset]
                if record.offset != next || known?.value != record.value?.text || known?.epoch != batch.partitionLeaderEpoch {
                    return violation(
                        "\(moment): \(record.value?.text ?? "") of epoch \(batch.partitionLeaderEpoch) at \(record.offset), not \(known as Any) at \(next)")
                }
                if log.leaderEpoch(at: Offset(record.offset)) != LeaderEpoch(batch.partitionLeaderEpoch) {
                    return violation(
                        "\(moment): epoch \(log.leaderEpoch(at: Offset(record.offset)) as Any) at \(record.offset), the batch says \(batch.partitionLeaderEpoch)"
                    )
                }
                next = record.offset + 1
            }
        }
        if next != log.logEndOffset.value { violation("\(moment): the records end at \(next), the log at \(log.logEndOffset)") }
    }

    /// With the power on, a move comes to its end, and what was left is removed.
    func finish() throws {
        disk.faults.changesLeft = .max
        if move == nil { try beginMove() }
        try finishMove()
        try restart()
        disk.faults.changesLeft = .max
        directories.removeMarked()
        try check("in the end")
        // A log of which nothing was durable may not have told whose it was, nor may what was being removed.
        let left = try Self.paths.flatMap { path in
            try disk.names(in: path).filter { name in
                name.hasPrefix("\(Self.name)") && !name.hasSuffix("-stray")
                    && (try? disk.readFile("\(path)/\(name)/partition.metadata").text.hasSuffix("\(Self.topicId)")) ?? false
            }
        }
        if left.count != 1 + directories.moves.count { violation("in the end there is \(left)") }
    }
}
