import Broker
import Coordination
import KafkaClient
import KafkaProtocol
import LogStorage
import Vocabulary

/// Three brokers and the controller of a cluster, with real producers, transactional ones too, and consumers, over a network that delays, cuts and loses also
/// between brokers, and in one direction alone. Brokers are killed, stop in order, lose power, are fenced without knowing it and hear late of what was decided;
/// leaders are elected, partitions are moved, topics widened and records deleted. In the end the network heals and everything must come to rest. Everything
/// follows from the seed.
///
/// What is promised, and checked: with `acks=all`, `min.insync.replicas` 2 and durability fsync, what was acknowledged is there once, in order and where its
/// acknowledgement said, and so is what was read: it was below the high watermark. That needs no sync where processes are killed, however many: the disks
/// keep what was written. Where power fails it rests on the replicas, for a follower syncs nothing before it counts (as in Kafka): only a leader's own part
/// of an acknowledgement waits for the disk. So one broker at a time loses power, when all replicas of all partitions are in sync and nothing else is going
/// on, and until the controller has taken it out of the replicas in sync nobody else goes: all that is committed is then on brokers that have lost nothing,
/// and one that may have lost something comes back in sync only after it has fetched. After that others may be killed again.
///
/// What was below the high watermark once has the same bytes at the same offsets ever after on all replicas in sync. What was deleted, as an answer said, is
/// on none of those any more, and nothing else is gone. Partitions that are added are written and read by clients that are there already.
public final class ReplicatedWorkload {
    /// What a run did and found.
    public struct Report: Sendable {
        public var records = Deliveries()
        public var kills = 0
        public var stops = 0
        public var powerFailures = 0
        public var cuts = 0
        public var moves = 0
        /// Log directories of each broker, moves between them, and how often one was gone.
        public var disks = 1
        public var shifts = 0
        public var lostDisks = 0
        public var members = 0
        public var committed = 0
        public var aborted = 0
        /// Transactions whose program does not know what became of them.
        public var unknown = 0
        /// Of partitions, as the controller decided.
        public var leaderChanges = 0
        public var inSyncChanges = 0
        public var hasElr = false
        public var transactionVersion: Int16 = 0
        /// Deletions that were answered, and partitions that were added.
        public var deletions = 0
        public var widened = 0
        /// Pieces of logs that were compared with what they were once.
        public var samples = 0
        public var events = 0
        /// Over everything that happened; two runs of a seed give the same.
        public var traceHash: UInt64 = 0
        public var violations: [String] = []

        public init() {}
    }

    /// Against the rules, to see that it is found out.
    public enum Sabotage: String, Sendable {
        /// The controller elects replicas that are not in sync.
        case electsAnybody
        /// With any change of the replicas in sync all that are there are taken in.
        case countsAnybodyIn
        /// A replica in sync is changed where it lies.
        case changesAReplica
        /// More is deleted than was asked for, or less than was answered.
        case deletesMore, deletesLess
        /// Clients do not ask for metadata anew when it is old.
        case neverAsksAgain
    }

    private static let topics: [(name: String, partitions: Int32, replicas: Int16)] = [("t", 3, 3), ("two", 2, 2)]
    /// One of each protocol, and one of both.
    private static let groups = ["g", "h", "both"]

    private let duration: Int64
    private let world: World
    private let network = Network()
    private let controller: ScriptedClusterController
    private let members: [SimulatedMember]
    private let watch: ReplicaWatch
    private let record = DeliveryRecord()
    private let deletions = DeletionRecord()
    private let sabotage: Sabotage?
    private let admin: SimulatedClient
    private let troubles: ReplicatedTroubles
    private lazy var transactions = ReplicatedTransactions(world) { [unowned self] in newClient() }
    private var writers: [WritingProgram] = []
    private var readers: [ReadingProgram] = []
    private var deleters: [DeletingProgram] = []
    private var report = Report()
    private var clients = 0
    private var isQuiet = false

    /// - Parameters:
    ///   - durationMs: of the troubles, in simulated time
    ///   - onLine: gets what happens, in words
    public init(seed: UInt64, durationMs: Int64 = 60_000, sabotage: Sabotage? = nil, onLine: ((String) -> Void)? = nil) throws {
        duration = durationMs
        world = World(seed: seed)
        world.onLine = onLine
        // Half of the clusters are as new ones are, the others as those before eligible leader replicas.
        let hasElr = world.isOneIn(2)
        report.hasElr = hasElr
        // Half of the runs follow KIP-890's protocol, the others the one before it.
        report.transactionVersion = [2, 2, 1, 0][world.below(4)]
        controller = ScriptedClusterController(world, hasElr: hasElr, transactionVersion: report.transactionVersion, sessionTimeoutMs: 3_000)
        controller.sabotage = sabotage
        self.sabotage = sabotage
        var properties = Self.properties
        if !hasElr { properties["min.insync.replicas"] = "\(ScriptedClusterController.minInSync)" }
        // Half of the clusters have brokers with several log directories.
        let disks = world.isOneIn(2) ? 1 : 2 + world.below(2)
        report.disks = disks
        var made: [SimulatedMember] = []
        for id in Int32(1)...3 { made.append(try SimulatedMember(world, network, controller, id: id, seed: seed, properties: properties, disks: disks)) }
        members = made
        watch = ReplicaWatch(world, members, controller, deletions)
        admin = SimulatedClient(world, network, number: 0)
        troubles = ReplicatedTroubles(world, network, controller, members)
        controller.onCommit = { [unowned self] in for member in members { member.follow() } }
        // Up to where a deletion may reach is known when it arrives.
        for member in members { member.server.onRequest = { [unowned self] in if $0.count > 2, $0.load(0, as: Int16.self) == 21 { watch.look() } } }
    }

    private static let properties = [
        "broker.heartbeat.interval.ms": "500", "broker.session.timeout.ms": "3000", "replica.lag.time.max.ms": "2000", "replica.fetch.wait.max.ms": "200",
        "replica.fetch.backoff.ms": "200", "replica.socket.timeout.ms": "2000", "replica.high.watermark.checkpoint.interval.ms": "1000",
        "default.replication.factor": "3", "offsets.topic.num.partitions": "2", "transaction.state.log.num.partitions": "2",
        "group.initial.rebalance.delay.ms": "0",
        "group.consumer.heartbeat.interval.ms": "1000", "group.consumer.min.heartbeat.interval.ms": "100", "group.min.session.timeout.ms": "100",
        "log.retention.check.interval.ms": "5000", "log.roll.ms": "4000", "log.cleaner.min.compaction.lag.ms": "9000000000",
    ]

    public func run() throws -> Report {
        defer {
            // What waits in a broker holds it.
            for member in members where member.isUp { member.server.kill() }
            world.end()
        }
        for member in members { try member.server.start() }
        guard world.run(until: world.now + 30_000, isDone: { watch.unrest == nil }) else { throw SimulationError("no cluster: \(watch.unrest ?? "")") }
        let topics = Self.topics + [ReplicatedTransactions.topic, ReplicatedTransactions.passing]
        for topic in topics { create(topic) }
        guard world.run(until: world.now + 60_000, isDone: { topics.allSatisfy { controller.image.topic($0.name) != nil } && watch.unrest == nil }) else {
            throw SimulationError("no topics: \(watch.unrest ?? "")")
        }
        look()
        begin()
        _ = world.run(until: world.now + duration)
        widenOnceMore()
        quieten()
        let isSound = report.violations.isEmpty && watch.violations.isEmpty && watch.samples.violations.isEmpty
        let isDone = world.run(until: world.now + (isSound ? 300_000 : 30_000)) { [self] in unrest == nil }
        if !isDone { report.violations.append("not at rest after minutes of peace: \(unrest ?? "")") }
        // The first answer may be that the coordinator is elsewhere.
        for _ in 0..<3 {
            transactions.askForOffsets(admin)
            _ = world.run(until: world.now + 3_000)
        }
        // What nobody ended in its time was meanwhile.
        _ = world.run(until: world.now + 10_000) { [self] in watch.unrest == nil }
        try check()
        return report
    }

    private func begin() {
        for number in 0..<3 { writers.append(WritingProgram(world, newClient(), number: number, topics: Self.topics.map(\.name), record)) }
        for group in Self.groups { addReader(group) }
        // In the others all that was acknowledged is delivered.
        let deletes = sabotage.map { $0 == .deletesMore || $0 == .deletesLess } ?? world.isOneIn(2)
        if deletes { addDeleter() }
        transactions.begin()
        troubles.begin()
        world.after(500) { [self] in changeReaders() }
        widenLater()
    }

    private func create(_ topic: (name: String, partitions: Int32, replicas: Int16)) {
        var row = CreateTopicsRequest.CreatableTopic()
        (row.name, row.numPartitions, row.replicationFactor) = (topic.name, topic.partitions, topic.replicas)
        var request = CreateTopicsRequest()
        request.topics = [row]
        request.timeoutMs = 10_000
        admin.core.submit(request, to: .controller) { _ in }
        admin.turn()
    }

    private func look() {
        watch.look()
        world.after(50) { [weak self] in self?.look() }
    }

    // MARK: Clients

    private func newClient() -> SimulatedClient {
        clients += 1
        return SimulatedClient(world, network, number: clients) { config in
            config.metadataMaxAgeMs = sabotage == .neverAsksAgain ? 86_400_000 : 10_000
        }
    }

    private func addDeleter() {
        let topics = Self.topics.map(\.name) + [ReplicatedTransactions.passing.name]
        let deleter = DeletingProgram(world, newClient(), topics: topics, record, deletions, watch)
        deleter.sabotage = sabotage
        deleters.append(deleter)
    }

    private func addReader(_ group: String) {
        report.members += 1
        let usesConsumerProtocol = group == Self.groups[2] ? nil : group == Self.groups[0]
        let reader = ReadingProgram(
            world, newClient(), group: group, topics: Self.topics.map(\.name), usesConsumerProtocol: usesConsumerProtocol, record)
        reader.onLeave = { [unowned self, unowned reader] in readers.removeAll { $0 === reader } }
        readers.append(reader)
    }

    private func changeReaders() {
        guard !isQuiet else { return }
        switch world.below(8) {
        case 0: if readers.count < 8 { addReader(Self.groups[world.below(3)]) }
        case 1: if readers.count > 2 { readers[world.below(readers.count)].leave(politely: true) }
        case 2: if readers.count > 2 { readers[world.below(readers.count)].leave(politely: false) }
        default: break
        }
        world.after(Int64(500 + world.below(3_000))) { [self] in changeReaders() }
    }

    // MARK: Partitions

    private func widenLater() {
        world.after(Int64(5_000 + world.below(20_000))) { [self] in
            guard !isQuiet else { return }
            widen(Self.topics[world.below(Self.topics.count)].name)
            widenLater()
        }
    }

    private func widen(_ name: String) {
        guard let count = controller.image.topic(name)?.partitions.count, count < 6 else { return }
        var topic = CreatePartitionsRequest.CreatePartitionsTopic()
        (topic.name, topic.count, topic.assignments) = (name, Int32(count + 1), nil)
        var request = CreatePartitionsRequest()
        request.topics = [topic]
        request.timeoutMs = 5_000
        admin.core.submit(request, to: .controller) { _ in }
        admin.turn()
    }

    /// In peace, when nothing else makes clients ask for metadata, a topic gets one partition more, and those who write hear of it and of all before it.
    private func widenOnceMore() {
        isQuiet = true
        troubles.end()
        for deleter in deleters { deleter.isStopping = true }
        _ = world.run(until: world.now + 8_000)
        let name = Self.topics[world.below(Self.topics.count)].name
        let before = controller.image.topic(name)?.partitions.count ?? 0
        widen(name)
        let wanted = min(6, before + 1)
        let isDone = world.run(until: world.now + 60_000) { [self] in controller.image.topic(name)?.partitions.count ?? 0 >= wanted && unwritten.isEmpty }
        if !isDone { report.violations.append("after a minute of peace nobody has written to \(unwritten)") }
    }

    /// The partitions in which nothing is acknowledged.
    private var unwritten: [TopicPartition] {
        Self.topics.flatMap { topic in
            (0..<Int32(controller.image.topic(topic.name)?.partitions.count ?? 0)).map { TopicPartition(topic.name, $0) }
        }.filter { record.ends[$0] == nil }
    }

    // MARK: Rest

    private func quieten() {
        for writer in writers { writer.isStopping = true }
        transactions.end()
        for group in Self.groups where !readers.contains(where: { $0.group == group }) { addReader(group) }
    }

    /// Every record is written or given up, all replicas have it, and the groups have read to the end.
    private var unrest: String? {
        if let unrest = writers.lazy.compactMap(\.unrest).first ?? deleters.lazy.compactMap(\.unrest).first ?? transactions.unrest ?? watch.unrest {
            return unrest
        }
        for topic in Self.topics {
            guard let partitions = controller.image.topic(topic.name)?.partitions else { return "no \(topic.name)" }
            for (index, partition) in partitions.enumerated() {
                let name = TopicPartition(topic.name, Int32(index))
                let end = log(name, on: partition.leader)?.logEndOffset.value
                for group in Self.groups {
                    let owners = readers.filter { $0.group == group && $0.consumer.assignment.contains(name) }
                    guard owners.count == 1 else { return "\(name) has \(owners.count) owners in \(group)" }
                    if owners[0].consumer.position(name) != end {
                        return "\(name) ends at \(end ?? -1), and \(group) has read to \(owners[0].consumer.position(name) ?? -1)"
                    }
                }
            }
        }
        return nil
    }

    private func log(_ partition: TopicPartition, on id: Int32) -> PartitionLog? {
        members.first { $0.id == id }?.server.broker?.partitions.partition(partition.topic, partition.partition)?.log
    }

    /// A topic's partitions, as their leaders have them.
    private func decided(_ topic: String) throws -> [DecidedLog] {
        try (controller.image.topic(topic)?.partitions ?? []).enumerated().compactMap { index, partition in
            let name = TopicPartition(topic, Int32(index))
            return try log(name, on: partition.leader).map { try DecidedLog(reading: $0, name) }
        }
    }

    private func check() throws {
        watch.look()
        try watch.compare()
        report.violations += watch.violations + watch.samples.violations + controller.failures + troubles.violations
        report.violations += record.violations(
            try Self.topics.flatMap { try decided($0.name) }, groups: Self.groups, keepsReads: true, deletions: deletions)
        report.violations += deleters.flatMap(\.complaints)
        report.violations += try transactions.violations(
            decided(ReplicatedTransactions.topic.name), passingLogs: decided(ReplicatedTransactions.passing.name), offsets: decided(TopicName.groupOffsets))
        for member in members {
            report.violations += member.server.failures
            for reason in member.closed { report.violations.append("a broker closed a connection of broker \(member.id): \(reason)") }
            for reason in member.departures { report.violations.append("broker \(member.id) has left: \(reason)") }
        }
        for client in [admin] + writers.map(\.client) + readers.map(\.client) + deleters.map(\.client) {
            for reason in client.closedByBroker { report.violations.append("the broker closed a connection: \(reason)") }
        }
        report.records = record.counts
        (report.deletions, report.samples) = (deletions.answered, watch.samples.looks)
        report.widened = Self.topics.reduce(0) { $0 + (controller.image.topic($1.name)?.partitions.count ?? 0) - Int($1.partitions) }
        troubles.count(&report)
        transactions.count(&report)
        controller.count(&report)
        (report.traceHash, report.events) = (world.trace.hash, world.trace.events)
    }
}

extension ScriptedClusterController {
    fileprivate func count(_ report: inout ReplicatedWorkload.Report) {
        for entry in log {
            guard let change = (try? MetadataRecord.decode(entry.value))?.message as? PartitionChangeRecord else { continue }
            if change.leader >= 0 { report.leaderChanges += 1 }
            if change.isr != nil { report.inSyncChanges += 1 }
        }
    }
}
