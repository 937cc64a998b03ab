import Broker
import KafkaClient
import KafkaProtocol
import LogStorage
import Vocabulary

/// Transactional producers of real clients, which commit, abort, die, go on after they were fenced and take longer than they may, over a network that delays,
/// cuts, loses and delivers late and twice, while the broker restarts and loses power and a topic is deleted and made anew. In the end everything comes to
/// rest, and all or nothing of each transaction is there. Everything follows from the seed.
public final class TransactionWorkload {
    /// What a run did and found.
    public struct Report: Sendable {
        public var transactionVersion: Int16 = 0
        public var committed = 0
        public var aborted = 0
        /// Transactions whose program does not know what became of them.
        public var unknown = 0
        public var offsets = 0
        public var fenced = 0
        public var killed = 0
        public var crashes = 0
        public var cuts = 0
        public var repeated = 0
        /// Times that the disk was full.
        public var full = 0
        /// Coordinators' logs out of which compaction took something.
        public var compacted = 0
        /// Whether producers went on to new ids.
        public var usedEpochs = false
        public var reads = 0
        public var topics = 0
        public var events = 0
        /// Over everything that happened; two runs of a seed give the same.
        public var traceHash: UInt64 = 0
        public var violations: [String] = []

        public init() {}
    }

    private static let lasting: [(name: String, partitions: Int32)] = [("a", 3), ("b", 2)]
    private static let passing: (name: String, partitions: Int32) = ("side", 2)
    /// The requests that make and end transactions: Produce, InitProducerId, AddPartitionsToTxn, AddOffsetsToTxn, EndTxn, TxnOffsetCommit.
    private static let transactional: Set<Int16> = [0, 22, 24, 25, endTxn, 28]
    private static let endTxn: Int16 = 26

    private let duration: Int64
    private let world: World
    private let network = Network()
    private let server: SimulatedServer
    private let admin: SimulatedClient
    private let version: Int16
    /// Whether the coordinators' logs are compacted.
    private let isCompacted: Bool
    private var programs: [TransactionalProgram] = []
    private var readers: [TransactionReader] = []
    private var reads: Set<TransactionCheck.Read> = []
    private var fetchedOffsets: Set<TransactionCheck.FetchedOffset> = []
    private var report = Report()
    private var clients = 0
    private var isQuiet = false
    private var hasPassing = false
    /// What the coordinator said last, of transactions that are not over.
    private var listed: [String]?

    /// - Parameter durationMs: of the troubles, in simulated time
    public init(seed: UInt64, durationMs: Int64 = 40_000) throws {
        duration = durationMs
        world = World(seed: seed)
        // Half of the runs follow KIP-890's protocol, the others the one before it.
        version = [2, 2, 1, 0][world.below(4)]
        isCompacted = world.isOneIn(3)
        server = try SimulatedServer(
            world, network, seed: seed,
            properties: [
                "offsets.topic.num.partitions": "2", "transaction.state.log.num.partitions": "2", "log.retention.check.interval.ms": "5000",
                "log.roll.ms": "4000", "log.cleaner.min.compaction.lag.ms": isCompacted ? "0" : "9000000000",
                "log.cleaner.min.cleanable.ratio": "0.01", "log.cleaner.backoff.ms": "2000",
            ],
            features: version == 2 ? [:] : ["metadata.version": 30, "group.version": 1, "transaction.version": version])
        admin = SimulatedClient(world, network, number: 0)
        report.transactionVersion = version
    }

    public func run() throws -> Report {
        defer {
            // What waits in a broker holds it.
            server.kill()
            world.end()
        }
        server.onRequest = { [unowned self] in noteRequest($0) }
        for topic in Self.lasting { createTopic(topic) }
        changePassing()
        _ = world.run(until: world.now + 2_000)
        if world.isOneIn(3) { try useUpEpochs() }
        for index in 0..<4 { addProgram("x\(index)") }
        for isCommitted in [true, true, false] { addReader(committedOnly: isCommitted) }
        world.after(500) { [self] in trouble() }
        world.after(700) { [self] in askForOffsets() }
        _ = world.run(until: world.now + duration)
        quieten()
        // What is still on its way may open a transaction that nobody ends.
        _ = world.run(until: world.now + 10_000)
        let isDone = world.run(until: world.now + 300_000) { [self] in unrest.isEmpty }
        if !isDone { report.violations.append("not at rest after five minutes of peace: \(unrest)") }
        commitOnceMore()
        try check()
        (report.traceHash, report.events) = (world.trace.hash, world.trace.events)
        return report
    }

    /// All transactional ids are near the end of their epochs.
    private func useUpEpochs() throws {
        var ids: [(name: String, producerId: Int64, epoch: Int16)] = []
        for index in 0..<4 {
            var request = InitProducerIdRequest()
            request.transactionalId = "x\(index)"
            request.transactionTimeoutMs = 10_000
            admin.core.submit(request, to: .transactionCoordinator("x\(index)")) { [unowned self] result in
                guard case .success(let answer) = result, answer.errorCode == .none else { return }
                ids.append(("x\(index)", answer.producerId, .max - 1 - Int16(world.below(12))))
            }
        }
        admin.turn()
        _ = world.run(until: world.now + 5_000)
        guard ids.count == 4, let broker = server.broker else { throw SimulationError("no producer ids") }
        try UsedEpochs.write(ids, into: broker, version: version, now: world.now)
        server.stop()
        try server.start()
        report.usedEpochs = true
    }

    // MARK: Clients

    private func newClient() -> SimulatedClient {
        clients += 1
        return SimulatedClient(world, network, number: clients)
    }

    /// - Parameter isBrief: it commits one transaction over the partitions that last
    private func addProgram(_ transactionalId: String, isBrief: Bool = false) {
        let topics = isBrief ? Self.lasting : Self.lasting + [Self.passing]
        programs.append(
            TransactionalProgram(world, newClient(), number: programs.count, transactionalId: transactionalId, topics: topics, isBrief: isBrief))
    }

    private var partitions: [TopicPartition] {
        Self.lasting.flatMap { topic in (0..<topic.partitions).map { TopicPartition(topic.name, $0) } }
    }

    @discardableResult
    private func addReader(committedOnly: Bool) -> TransactionReader {
        let reader = TransactionReader(world, newClient(), partitions: partitions, committedOnly: committedOnly)
        readers.append(reader)
        if committedOnly { world.after(Int64(5_000 + world.below(15_000))) { [self] in replace(reader) } }
        return reader
    }

    /// A new one begins at the beginning.
    private func replace(_ reader: TransactionReader) {
        guard !isQuiet else { return }
        retire(reader)
        addReader(committedOnly: true)
    }

    private func retire(_ reader: TransactionReader) {
        if reader.committedOnly { reads.formUnion(reader.reads) }
        report.reads += reader.reads.count
        report.violations += reader.complaints
        readers.removeAll { $0 === reader }
        reader.client.kill()
    }

    // MARK: Troubles

    private func trouble() {
        guard !isQuiet else { return }
        switch world.below(20) {
        case 0: restart(afterPowerFailure: true)
        case 1: if world.isOneIn(2) { restart(afterPowerFailure: false) }
        case 2, 3, 4: replaceProgram()
        case 5, 6: cut { $0.end(reportedAfter: Int64(self.world.below(50))) }
        case 7, 8: cut { if self.world.isOneIn(2) { $0.losesRequests = true } else { $0.losesReplies = true } }
        // Without KIP-890's epochs a request that comes that late may strike a later transaction, with Kafka too.
        case 9, 10, 11: if version >= 2 { cut { $0.stallMs = Int64(500 + self.world.below(8_000)) } }
        case 12: changePassing()
        case 13: if world.isOneIn(2) { fillDisk(room: world.below(400), forMs: 1_500) }
        default: break
        }
        world.after(Int64(50 + world.below(1_000))) { [self] in trouble() }
    }

    private func cut(_ how: (Link) -> Void) {
        guard !server.links.isEmpty else { return }
        report.cuts += 1
        how(server.links[world.below(server.links.count)])
    }

    /// A program dies, or is fenced by another one and goes on; each transactional id is used again.
    private func replaceProgram() {
        let id = "x\(world.below(4))"
        if let old = programs.last(where: { $0.transactionalId == id && !$0.isOver }), world.isOneIn(2) {
            report.killed += 1
            old.kill()
        }
        addProgram(id)
    }

    private func noteRequest(_ frame: Bytes) {
        guard !isQuiet, frame.count > 2, case let key = frame.load(0, as: Int16.self), Self.transactional.contains(key) else { return }
        // The most can go wrong between the decision about a transaction and its last record.
        if key == Self.endTxn {
            switch world.below(40) {
            case 0: world.after(Int64(1 + world.below(15))) { [self] in if !isQuiet { restart(afterPowerFailure: true) } }
            case 1: fillDisk(room: world.below(1_500), forMs: 300)
            default: break
            }
        }
        guard version >= 2, world.isOneIn(30) else { return }
        report.repeated += 1
        world.after(Int64(world.below(8_000))) { [self] in server.deliverAgain(frame) }
    }

    private func restart(afterPowerFailure: Bool) {
        guard server.broker != nil else { return }
        report.crashes += 1
        if afterPowerFailure { server.losePower() } else { server.stop() }
        world.after(Int64(world.below(2_000))) { [self] in startServer() }
    }

    private func fillDisk(room: Int, forMs ms: Int) {
        guard server.broker != nil else { return }
        report.full += 1
        server.disk.faults.room = room
        let disk = server.disk
        world.after(Int64(50 + world.below(ms))) { disk.faults = SimulatedDisk.Faults() }
    }

    private func startServer() {
        guard server.broker == nil else { return }
        server.disk.faults = SimulatedDisk.Faults()
        do { try server.start() } catch { report.violations.append("the broker does not start: \(error)") }
    }

    private func createTopic(_ topic: (name: String, partitions: Int32)) {
        var row = CreateTopicsRequest.CreatableTopic()
        (row.name, row.numPartitions, row.replicationFactor) = (topic.name, topic.partitions, 1)
        var request = CreateTopicsRequest()
        request.topics = [row]
        admin.core.submit(request, to: .controller) { _ in }
        admin.turn()
    }

    private func changePassing() {
        report.topics += 1
        hasPassing.toggle()
        if hasPassing { return createTopic(Self.passing) }
        var row = DeleteTopicsRequest.DeleteTopicState()
        row.name = Self.passing.name
        var request = DeleteTopicsRequest()
        request.topics = [row]
        admin.core.submit(request, to: .controller) { _ in }
        admin.turn()
        world.after(Int64(world.below(3_000))) { [self] in if !hasPassing { changePassing() } }
    }

    // MARK: Offsets

    private func askForOffsets() {
        guard !isQuiet else { return }
        admin.fetchOffsets(of: "g\(world.below(3))", requireStable: world.isOneIn(2)) { [self] found in
            for row in found { fetchedOffsets.insert(row) }
        }
        world.after(Int64(200 + world.below(1_000))) { [self] in askForOffsets() }
    }

    // MARK: Rest

    private func quieten() {
        isQuiet = true
        server.disk.faults = SimulatedDisk.Faults()
        startServer()
        // The coordinator may want to write just when it cannot.
        if world.isOneIn(4) { fillDisk(room: 0, forMs: 12_000) }
        for link in server.links where link.losesRequests || link.losesReplies || link.stallMs > 0 { link.end(reportedAfter: 0) }
        for program in programs where !program.isOver {
            program.isStopping = true
            // Some leave it to the coordinator.
            if world.isOneIn(3) {
                report.killed += 1
                program.kill()
            }
        }
        watchTransactions()
    }

    private func watchTransactions() {
        let request = ListTransactionsRequest()
        admin.core.submit(request, to: .any) { [self] result in
            guard case .success(let response) = result, response.errorCode == .none else { return }
            listed = response.transactionStates.filter { ["Ongoing", "PrepareCommit", "PrepareAbort"].contains($0.transactionState) }.map {
                "\($0.transactionalId) is \($0.transactionState)"
            }
        }
        admin.turn()
        world.after(1_000) { [self] in watchTransactions() }
    }

    /// What is not over yet: programs, transactions, or a last stable offset that waits.
    private var unrest: String {
        if let program = programs.first(where: { !$0.isOver }) { return "program \(program.number) of \(program.transactionalId) \(program.standing)" }
        guard let broker = server.broker else { return "no broker" }
        for partition in broker.partitions.all {
            let offsets = partition.log.offsets
            guard offsets.lastStable == offsets.end, offsets.highWatermark == offsets.end else { return "\(partition.log.name) stands at \(offsets)" }
        }
        guard let listed else { return "the coordinator has not answered" }
        return listed.joined(separator: ", ")
    }

    /// Whatever happened, every transactional id can be used again.
    private func commitOnceMore() {
        let first = programs.count
        for index in 0..<4 { addProgram("x\(index)", isBrief: true) }
        let last = programs[first...]
        if world.run(until: world.now + 60_000, isDone: { last.allSatisfy(\.isOver) && unrest.isEmpty }) {
            for program in last where program.stories.first?.end != .committed {
                report.violations.append("program \(program.number) of \(program.transactionalId) cannot commit: it \(program.standing)")
            }
        } else {
            report.violations.append("the last programs do not come to an end: \(unrest)")
        }
    }

    // MARK: Check

    private func check() throws {
        guard let broker = server.broker else { return }
        var check = TransactionCheck(stories: [:], logs: [])
        check.hasLastOffsetsOnly = isCompacted
        for program in programs {
            report.fenced += program.fenced ? 1 : 0
            report.violations += program.complaints
            for story in program.stories { check.stories[story.id] = story }
        }
        for partition in broker.partitions.all {
            let name = TopicPartition(partition.topic, partition.index)
            let log = try DecidedLog(reading: partition.log, name)
            if log.hasGaps { report.compacted += 1 }
            switch partition.topic {
            case Self.passing.name: check.passingLogs.append(log)
            case TopicName.groupOffsets: check.offsets += try DecidedOffset.all(in: log)
            case TopicName.transactionState: break
            default: check.logs.append(log)
            }
        }
        readAgain(check.logs, broker)
        for group in ["g0", "g1", "g2"] {
            admin.fetchOffsets(of: group, requireStable: true) { found in
                for row in found { check.lastOffsets[row.place] = row.offset }
            }
        }
        _ = world.run(until: world.now + 5_000)
        (check.reads, check.fetchedOffsets) = (reads, fetchedOffsets)
        report.violations += check.violations() + server.failures
        if !unrest.isEmpty { report.violations.append("something began in peace: \(unrest)") }
        count(check)
        for client in [admin] + programs.map(\.client) + readers.map(\.client) {
            for reason in client.closedByBroker { report.violations.append("the broker closed a connection: \(reason)") }
        }
    }

    /// A new reader of committed records gets exactly those, and one of all records gets all.
    private func readAgain(_ logs: [DecidedLog], _ broker: Broker) {
        for reader in readers { retire(reader) }
        for isCommitted in [true, false] {
            let reader = TransactionReader(world, newClient(), partitions: partitions, committedOnly: isCommitted)
            let ends = Dictionary(uniqueKeysWithValues: broker.partitions.all.map { (TopicPartition($0.topic, $0.index), $0.log.logEndOffset.value) })
            let isDone = world.run(until: world.now + 60_000) { partitions.allSatisfy { reader.position($0) == ends[$0] } }
            if !isDone { report.violations.append("a reader does not come to the end") }
            for log in logs {
                let wanted = log.rows.filter { !isCommitted || $0.fate == .committed }.map { "\($0.offset) \($0.text)" }
                let got = reader.reads.filter { $0.partition == log.partition }.map { "\($0.offset) \($0.value)" }
                guard got != wanted else { continue }
                let difference = zip(got, wanted).first { $0 != $1 }
                report.violations.append(
                    "\(log.partition): \(got.count) of \(wanted.count) \(isCommitted ? "committed " : "")records are read: \(difference.map { "\($0)" } ?? "")")
            }
            report.violations += reader.complaints
            reader.client.kill()
        }
    }

    private func count(_ check: TransactionCheck) {
        for story in check.stories.values {
            switch story.end {
            case .committed: report.committed += 1
            case .aborted: report.aborted += 1
            case .commitAsked, .abortAsked: report.unknown += 1
            case .none: break
            }
        }
        report.offsets = check.offsets.filter { $0.fate == .committed }.count
    }
}
