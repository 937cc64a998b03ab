import Broker
import Coordination
import KafkaClient
import KafkaProtocol
import LogStorage
import Vocabulary

/// Real producers and consumers against a real broker, over a network that delays, cuts and loses, while the broker restarts and loses power, members come
/// and go, and topics are made, widened and deleted. In the end the network heals, and everything must come to rest: what was acknowledged is in the log
/// once, in order and where its acknowledgement said, and the group has read it. Everything follows from the seed.
public final class ClientWorkload {
    /// What a run did and found.
    public struct Report: Sendable {
        public var records = Deliveries()
        public var crashes = 0
        public var cuts = 0
        public var members = 0
        public var topics = 0
        /// Partitions that were added.
        public var widened = 0
        public var events = 0
        /// Over everything that happened; two runs of a seed give the same.
        public var traceHash: UInt64 = 0
        public var violations: [String] = []

        public init() {}
    }

    private let duration: Int64
    private let world: World
    private let network = Network()
    private let server: SimulatedServer
    private let admin: SimulatedClient
    private let record = DeliveryRecord()
    private var writers: [WritingProgram] = []
    private var readers: [ReadingProgram] = []
    private var report = Report()
    private var clients = 0
    private var isQuiet = false
    private var sideTopics: Set<String> = []

    /// - Parameter durationMs: of the troubles, in simulated time
    public init(seed: UInt64, durationMs: Int64 = 60_000) throws {
        duration = durationMs
        world = World(seed: seed)
        server = try SimulatedServer(
            world, network, seed: seed,
            properties: [
                "offsets.topic.num.partitions": "3", "group.consumer.heartbeat.interval.ms": "1000", "group.consumer.min.heartbeat.interval.ms": "100",
                "log.retention.check.interval.ms": "5000", "group.min.session.timeout.ms": "100",
            ])
        admin = SimulatedClient(world, network, number: 0)
    }

    public func run() throws -> Report {
        defer {
            // What waits in a broker holds it.
            server.kill()
            world.end()
        }
        createTopic("t", partitions: 3)
        _ = world.run(until: world.now + 2_000)
        for number in 0..<3 { writers.append(WritingProgram(world, newClient(), number: number, topics: ["t"], record)) }
        for _ in 0..<2 { addReader() }
        world.after(500) { [self] in trouble() }
        _ = world.run(until: world.now + duration)
        quieten()
        let isDone = world.run(until: world.now + 600_000) { [self] in isAtRest }
        if !isDone { report.violations.append("not at rest after ten minutes of peace: \(unrest)") }
        try check()
        report.violations += server.failures
        (report.traceHash, report.events) = (world.trace.hash, world.trace.events)
        return report
    }

    // MARK: Clients

    private func newClient() -> SimulatedClient {
        clients += 1
        return SimulatedClient(world, network, number: clients)
    }

    private func addReader() {
        report.members += 1
        let reader = ReadingProgram(world, newClient(), group: "g", topics: ["t"], record)
        reader.onLeave = { [unowned self, unowned reader] in readers.removeAll { $0 === reader } }
        readers.append(reader)
    }

    // MARK: Troubles

    private func trouble() {
        guard !isQuiet else { return }
        switch world.below(24) {
        case 0: restart(afterPowerFailure: true)
        case 1: restart(afterPowerFailure: false)
        case 2, 3: if readers.count < 4 { addReader() }
        case 4: if readers.count > 1 { readers[world.below(readers.count)].leave(politely: true) }
        case 5: if readers.count > 1 { readers[world.below(readers.count)].leave(politely: false) }
        case 6, 7, 8:
            if !server.links.isEmpty {
                report.cuts += 1
                server.links[world.below(server.links.count)].end(reportedAfter: Int64(world.below(50)))
            }
        case 9, 10:
            // From now on nothing arrives in one direction, and nobody is told.
            if !server.links.isEmpty {
                report.cuts += 1
                let link = server.links[world.below(server.links.count)]
                if world.isOneIn(2) { link.losesRequests = true } else { link.losesReplies = true }
            }
        case 11: widen()
        case 12, 13: changeSideTopics()
        default: break
        }
        world.after(Int64(50 + world.below(1_500))) { [self] in trouble() }
    }

    private func restart(afterPowerFailure: Bool) {
        guard server.broker != nil else { return }
        report.crashes += 1
        if afterPowerFailure { server.losePower() } else { server.stop() }
        world.after(Int64(world.below(2_000))) { [self] in startServer() }
    }

    private func startServer() {
        guard server.broker == nil else { return }
        do { try server.start() } catch { report.violations.append("the broker does not start: \(error)") }
    }

    private func createTopic(_ name: String, partitions: Int32) {
        var topic = CreateTopicsRequest.CreatableTopic()
        topic.name = name
        (topic.numPartitions, topic.replicationFactor) = (partitions, 1)
        var request = CreateTopicsRequest()
        request.topics = [topic]
        admin.core.submit(request, to: .controller) { _ in }
        admin.turn()
    }

    private func widen() {
        guard let count = server.broker?.metadata.image.topic("t")?.partitions.count, count < 6 else { return }
        var topic = CreatePartitionsRequest.CreatePartitionsTopic()
        topic.name = "t"
        (topic.count, topic.assignments) = (Int32(count + 1), nil)
        var request = CreatePartitionsRequest()
        request.topics = [topic]
        request.timeoutMs = 5_000
        admin.core.submit(request, to: .controller) { [unowned self] result in
            if (try? result.get())?.results.first?.errorCode == ErrorCode.none { report.widened += 1 }
        }
        admin.turn()
    }

    private func changeSideTopics() {
        report.topics += 1
        let name = "side-\(world.below(4))"
        if sideTopics.remove(name) == nil {
            sideTopics.insert(name)
            return createTopic(name, partitions: Int32(1 + world.below(3)))
        }
        var state = DeleteTopicsRequest.DeleteTopicState()
        state.name = name
        var request = DeleteTopicsRequest()
        request.topics = [state]
        admin.core.submit(request, to: .controller) { _ in }
        admin.turn()
    }

    // MARK: Rest

    private func quieten() {
        isQuiet = true
        for writer in writers { writer.isStopping = true }
        startServer()
        for link in server.links where link.losesRequests || link.losesReplies { link.end(reportedAfter: 0) }
        if readers.isEmpty { addReader() }
    }

    /// Every record is written or given up, and the group has read to the end.
    private var isAtRest: Bool { unrest.isEmpty }

    private var unrest: String {
        if let unrest = writers.lazy.compactMap(\.unrest).first { return unrest }
        guard let partitions = server.broker?.partitions.all.filter({ $0.topic == "t" }) else { return "no broker" }
        for partition in partitions {
            let name = TopicPartition("t", partition.index)
            let owners = readers.filter { $0.consumer.assignment.contains(name) }
            guard owners.count == 1 else { return "\(name) has \(owners.count) owners" }
            if owners[0].consumer.position(name) != partition.log.logEndOffset.value {
                return "\(name) ends at \(partition.log.logEndOffset), and is read to \(owners[0].consumer.position(name) ?? -1)"
            }
        }
        return ""
    }

    private func check() throws {
        guard let broker = server.broker else { return }
        let logs = try broker.partitions.all.filter { $0.topic == "t" }.map { try DecidedLog(reading: $0.log, TopicPartition("t", $0.index)) }
        // Readers of a broker alone may see what a power failure takes again.
        report.violations += record.violations(logs, groups: ["g"], keepsReads: false)
        report.records = record.counts
        for client in [admin] + writers.map(\.client) + readers.map(\.client) {
            for reason in client.closedByBroker { report.violations.append("the broker closed a connection: \(reason)") }
        }
    }
}
