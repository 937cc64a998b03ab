import Broker
import KafkaProtocol
import LogStorage
import Vocabulary

/// Two replicas of a partition that lead by turns, cleanly or not: records, transactions, fetches with torn ends and answers that come late, deleted
/// records, checkpoints, restarts, and power failures at any moment. In the end the follower, brought to its leader by its own rules, has the leader's log: byte
/// for byte, with its leader epochs, producers and aborted transactions. Everything follows from the seed.
public struct ReplicaWorkload {
    public struct Report: Sendable {
        public var appended = 0
        public var fetched = 0
        public var cuts = 0
        public var elections = 0
        public var crashes = 0
        public var refused = 0
        public var violations: [String] = []

        public init() {}

        public mutating func add(_ other: Report) {
            appended += other.appended
            fetched += other.fetched
            cuts += other.cuts
            elections += other.elections
            crashes += other.crashes
            refused += other.refused
            violations += other.violations
        }
    }

    private let seed: UInt64
    private let steps: Int

    public init(seed: UInt64, steps: Int = 150) {
        self.seed = seed
        self.steps = steps
    }

    public func run() throws -> Report {
        let run = try ReplicaRun(seed: seed)
        for step in 0..<steps where run.report.violations.isEmpty { try run.act(step) }
        if run.report.violations.isEmpty { try run.finish() }
        return run.report
    }
}

/// A run of the workload.
private final class ReplicaRun {
    private var random: SeededGenerator
    private let replicas: [SimulatedReplica]
    private var leader = 0
    private var epoch = LeaderEpoch.zero
    /// Records are deleted in this run, so that a replica may remember more of what was before than the other.
    private let trims: Bool
    /// An answer that is still on its way.
    private var late: Answer?
    var report = ReplicaWorkload.Report()

    private struct Answer {
        var records: Bytes
        var leaderEpoch: LeaderEpoch
        var offsets: LogOffsets
        var fetchOffset: Offset
        var follower: Int
    }

    init(seed: UInt64) throws {
        random = SeededGenerator(seed: seed)
        var config = LogConfig()
        config.segmentBytes = 300 + Int(random.next() % 2500)
        config.indexIntervalBytes = Int(random.next() % 300)
        config.retentionMs = -1
        trims = random.next() % 2 == 0
        var made: [SimulatedReplica] = []
        for id in [Int32(1), 2] { made.append(try SimulatedReplica(id: id, config: config, &random)) }
        replicas = made
        elect(0)
    }

    private func chance(_ count: UInt64) -> Bool { random.next() % count == 0 }

    // MARK: Steps

    func act(_ step: Int) throws {
        let follower = 1 - leader, any = Int(random.next() % 2)
        if chance(12) { replicas[any].failSoon(&random) }
        switch random.next() % 100 {
        case 0..<32: try surviving(leader) { try append(step) }
        case 32..<36: try surviving(any) { commit(any) }
        case 36..<64: try fetch()
        case 64..<66: try deliverLate()
        case 66..<74: elect(any)
        case 74..<78: try lose(any)
        case 78..<80: try restart(any)
        case 80..<86: try surviving(any) { try replicas[any].directory.writeCheckpoints() }
        case 86..<90: try surviving(any) { _ = try replicas[any].log.sync() }
        case 90..<92: try surviving(any) { try replicas[any].log.roll(now: SimulatedReplica.now) }
        case 92..<95: if trims { try surviving(leader) { try trim() } }
        case 95..<97: if trims { try surviving(any) { try replicas[any].log.applyRetention(now: SimulatedReplica.now) } }
        default: checkFence(follower)
        }
    }

    /// Does something to a replica that may lose its power meanwhile.
    private func surviving(_ index: Int, _ body: () throws -> Void) throws {
        do { try body() } catch { guard replicas[index].hasNoPower else { throw error } }
        if replicas[index].hasNoPower { try lose(index) }
    }

    private func lose(_ index: Int) throws {
        try replicas[index].losePower(&random)
        report.crashes += 1
        try came(index)
    }

    private func restart(_ index: Int) throws {
        do {
            try replicas[index].restart(&random)
            try came(index)
        } catch {
            guard replicas[index].hasNoPower else { throw error }
            try lose(index)
        }
    }

    /// A replica is back: a leader's epoch is over then.
    private func came(_ index: Int) throws {
        report.violations += try replicas[index].contradictions(mayForget: trims)
        if index == leader { elect(Int(random.next() % 2)) } else { replicas[index].log.follow(epoch) }
    }

    private func elect(_ index: Int) {
        leader = index
        epoch = LeaderEpoch(epoch.value + 1)
        report.elections += 1
        replicas[index].log.lead(epoch)
        replicas[1 - index].log.follow(epoch)
    }

    // MARK: Writing

    private func append(_ step: Int) throws {
        let log = replicas[leader].log
        let id = Int64(random.next() % 6), isTransactional = id >= 3
        let known = log.activeProducers(now: SimulatedReplica.now).first { $0.producerId == id }
        if isTransactional, let known, known.currentTransactionStartOffset >= .zero, chance(2) {
            let marker = RecordBatch.endTransactionMarker(
                commits: chance(2), timestamp: SimulatedReplica.now, producerId: id, producerEpoch: known.producerEpoch, coordinatorEpoch: 0)
            _ = try log.append(marker, leaderEpoch: epoch, now: SimulatedReplica.now, origin: .coordinator)
            return
        }
        let builder = RecordBatchBuilder(
            producerId: id == 0 ? -1 : id, producerEpoch: id == 0 ? -1 : max(0, known?.producerEpoch ?? 0),
            baseSequence: id == 0 ? -1 : (known?.lastSequence ?? -1) + 1,
            isTransactional: isTransactional)
        for index in 0...(random.next() % 4) { builder.append(timestamp: SimulatedReplica.now, key: nil, value: Bytes("\(epoch)-\(step)-\(index)")) }
        _ = try log.append(builder.build(), leaderEpoch: epoch, now: SimulatedReplica.now, origin: .client)
        report.appended += 1
    }

    private func commit(_ index: Int) {
        guard let journal = replicas[index].log.journal else { return }
        _ = journal.commit([replicas[index].log])
        if journal.isUntidy, chance(2) { journal.tidy() }
    }

    private func trim() throws {
        let log = replicas[leader].log, offsets = log.offsets
        let target = offsets.start + Int64(random.next() % UInt64(offsets.highWatermark - offsets.start + 1))
        _ = try log.deleteRecords(before: target)
        if chance(2) { try replicas[leader].directory.writeLogStartOffsets() }
    }

    /// Only the leader of the epoch in force may write.
    private func checkFence(_ follower: Int) {
        for (index, epoch) in [(follower, epoch), (leader, LeaderEpoch(epoch.value - 1)), (leader, LeaderEpoch(epoch.value + 1))] {
            let builder = RecordBatchBuilder()
            builder.append(timestamp: SimulatedReplica.now, key: nil, value: Bytes("fenced"))
            do throws(AppendError) {
                _ = try replicas[index].log.append(builder.build(), leaderEpoch: epoch, now: SimulatedReplica.now, origin: .client)
                report.violations.append("replica \(index + 1) took a write of epoch \(epoch)")
            } catch {
                if error.code != .notLeaderOrFollower { report.violations.append("\(error)") }
                report.refused += 1
            }
        }
    }

    // MARK: Fetching

    /// One fetch of the follower, as far as it gets.
    private func fetch() throws {
        let follower = 1 - leader, log = replicas[follower].log, source = replicas[leader].log
        let end = log.logEndOffset
        let diverging: EpochEndOffset?
        do throws(LogError) {
            diverging = try source.divergence(fetchOffset: end, lastFetchedEpoch: log.latestLeaderEpoch)
        } catch {
            return try surviving(follower) { try resolve(follower) }
        }
        if let diverging {
            let point = log.truncationPoint(forDivergingEpoch: diverging)
            return try surviving(follower) { try cut(follower, to: point.offset) }
        }
        guard end >= source.logStartOffset, end <= source.logEndOffset else { return try surviving(follower) { try resolve(follower) } }
        _ = source.raiseReplicatedEnd(to: end)
        let answer = Answer(records: try tornRecords(source, from: end), leaderEpoch: epoch, offsets: source.offsets, fetchOffset: end, follower: follower)
        if chance(10) { late = answer } else { try surviving(follower) { try take(answer) } }
    }

    private func cut(_ follower: Int, to offset: Offset) throws {
        report.cuts += 1
        try replicas[follower].directory.truncate(SimulatedReplica.name, to: offset, now: SimulatedReplica.now)
        let end = replicas[follower].log.logEndOffset
        if end > offset { report.violations.append("cut at \(offset), the log ends at \(end)") }
        report.violations += try replicas[follower].contradictions(mayForget: trims)
    }

    private func resolve(_ follower: Int) throws {
        let source = replicas[leader].log
        if source.logEndOffset < replicas[follower].log.logEndOffset { return try cut(follower, to: source.logEndOffset) }
        guard source.logStartOffset > replicas[follower].log.logEndOffset else { return }
        report.cuts += 1
        try replicas[follower].directory.restart(SimulatedReplica.name, at: source.logStartOffset, now: SimulatedReplica.now)
    }

    /// Records as Kafka sends them: at least one whole batch, if there is any, and a slice of the file that may end anywhere.
    private func tornRecords(_ log: PartitionLog, from offset: Offset) throws -> Bytes {
        guard offset < log.logEndOffset else { return .empty }
        let all = try log.read(from: offset, maxBytes: 1 << 20, minOneBatch: true, upTo: log.logEndOffset).records.gathered()
        guard let first = try RecordBatches.all(in: all).first else { return .empty }
        return all.prefix(first.sizeInBytes + Int(random.next() % UInt64(all.count - first.sizeInBytes + 1)))
    }

    private func take(_ answer: Answer) throws {
        let done = try replicas[answer.follower].log.appendFromLeader(
            answer.records, leaderEpoch: answer.leaderEpoch, highWatermark: answer.offsets.highWatermark, logStart: answer.offsets.start,
            fetchOffset: answer.fetchOffset, now: SimulatedReplica.now)
        report.fetched += 1
        if !answer.records.isEmpty, done.endOffset <= answer.fetchOffset { report.violations.append("nothing was taken of \(answer.records.count) bytes") }
    }

    /// An answer that comes when its epoch is over, or the log has gone on, changes nothing.
    private func deliverLate() throws {
        guard let answer = late else { return }
        late = nil
        let log = replicas[answer.follower].log
        let isOver = answer.leaderEpoch != epoch || answer.follower == leader, isElsewhere = log.logEndOffset != answer.fetchOffset
        let before = log.offsets
        try surviving(answer.follower) {
            do {
                try take(answer)
                if isOver || isElsewhere { report.violations.append("an answer of epoch \(answer.leaderEpoch) was taken in epoch \(epoch)") }
            } catch {
                guard isOver || isElsewhere else { throw error }
                report.refused += 1
                if log.offsets != before { report.violations.append("an answer that was refused has changed \(before) to \(log.offsets)") }
            }
        }
    }

    // MARK: The end

    func finish() throws {
        for replica in replicas { replica.repair() }
        elect(Int(random.next() % 2))
        try append(-1)
        late = nil
        for _ in 0..<3000 where replicas[0].log.logEndOffset != replicas[1].log.logEndOffset || !replicas.allSatisfy({ $0.log.latestLeaderEpoch == epoch }) {
            try fetch()
        }
        // One to tell that all was taken, one to hear what is committed now; an answer may have gone astray.
        for _ in 0..<2 {
            repeat {
                late = nil
                try fetch()
            } while late != nil
        }
        try compare("at the end")
        for replica in replicas { try replica.restart(&random) }
        try compare("after a restart")
        try losePowerAndCompare()
    }

    /// What is durable and told by the checkpoints is the same after a power failure.
    private func losePowerAndCompare() throws {
        for replica in replicas {
            replica.repair()
            try replica.directory.writeCheckpoints()
            let end = replica.log.logEndOffset
            try replica.losePower(&random)
            if replica.log.logEndOffset != end {
                report.violations.append("replica \(replica.id) ended at \(end), and at \(replica.log.logEndOffset) after a power failure")
            }
        }
        try compare("after a power failure")
    }

    private func compare(_ when: String) throws {
        let (one, other) = (replicas[leader].log, replicas[1 - leader].log)
        for replica in replicas { report.violations += try replica.contradictions(mayForget: trims).map { "\(when): \($0)" } }
        let start = max(one.logStartOffset, other.logStartOffset)
        if one.logEndOffset != other.logEndOffset { return report.violations.append("\(when): the logs end at \(one.logEndOffset) and \(other.logEndOffset)") }
        let (batches, others) = (try replicas[leader].batches(from: start), try replicas[1 - leader].batches(from: start))
        if batches.map(\.bytes.array) != others.map(\.bytes.array) { report.violations.append("\(when): the batches differ") }
        var offset = start
        while offset < one.logEndOffset {
            if let a = one.leaderEpoch(at: offset), let b = other.leaderEpoch(at: offset), a != b {
                report.violations.append("\(when): the epochs at \(offset) differ")
            }
            offset += 1
        }
        var known = start
        while known < one.logEndOffset, one.leaderEpoch(at: known) == nil || other.leaderEpoch(at: known) == nil { known += 1 }
        let first = one.leaderEpoch(at: known)?.value ?? epoch.value
        for value in first...epoch.value
        where known < one.logEndOffset && one.endOffset(forEpoch: LeaderEpoch(value)) != other.endOffset(forEpoch: LeaderEpoch(value)) {
            report.violations.append("\(when): epoch \(value) ends elsewhere")
        }
        guard !trims else { return }
        if one.activeProducers(now: SimulatedReplica.now) != other.activeProducers(now: SimulatedReplica.now) {
            report.violations.append("\(when): the producers differ")
        }
        let aborted = try [one, other].map { log in
            try log.abortedTransactions(from: start, to: log.logEndOffset).map { "\($0.producerId) from \($0.firstOffset)" }
        }
        if aborted[0] != aborted[1] { report.violations.append("\(when): the leader has the aborted transactions \(aborted[0]), the follower \(aborted[1])") }
    }
}
