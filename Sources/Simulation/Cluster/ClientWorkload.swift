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
        public var acknowledged = 0
        public var failed = 0
        public var refusals: [String] = []
        public var delivered = 0
        public var redelivered = 0
        public var crashes = 0
        public var cuts = 0
        public var members = 0
        public var topics = 0
        public var events = 0
        /// Over everything that happened; two runs of a seed give the same.
        public var traceHash: UInt64 = 0
        public var violations: [String] = []

        public init() {}
    }

    private final class Writer {
        let client: SimulatedClient
        let producer: Producer
        let number: Int
        var next = 0
        var offeredAt: Int64 = 0

        init(_ client: SimulatedClient, _ producer: Producer, number: Int) {
            (self.client, self.producer, self.number) = (client, producer, number)
        }
    }

    private final class Reader {
        let client: SimulatedClient
        let consumer: Consumer
        var isLeaving = false

        init(_ client: SimulatedClient, _ consumer: Consumer) { (self.client, self.consumer) = (client, consumer) }
    }

    private let seed: UInt64
    private let duration: Int64
    private let world: World
    private let server: SimulatedServer
    private let admin: SimulatedClient
    private var writers: [Writer] = []
    private var readers: [Reader] = []
    private var report = Report()
    /// Where each acknowledged value is: partition and offset.
    private var acknowledged: [String: (partition: Int32, offset: Int64)] = [:]
    private var delivered: Set<String> = []
    private var clients = 0
    private var isQuiet = false
    private var sideTopics: Set<String> = []

    /// - Parameter durationMs: of the troubles, in simulated time
    public init(seed: UInt64, durationMs: Int64 = 60_000) throws {
        self.seed = seed
        duration = durationMs
        world = World(seed: seed)
        server = try SimulatedServer(
            world, seed: seed,
            properties: [
                "offsets.topic.num.partitions": "3", "group.consumer.heartbeat.interval.ms": "1000", "group.consumer.min.heartbeat.interval.ms": "100",
                "log.retention.check.interval.ms": "5000", "group.min.session.timeout.ms": "100",
            ])
        admin = SimulatedClient(world, server, number: 0)
    }

    public func run() throws -> Report {
        createTopic("t", partitions: 3)
        _ = world.run(until: world.now + 2_000)
        for number in 0..<3 { addWriter(number) }
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
        return SimulatedClient(world, server, number: clients)
    }

    private func addWriter(_ number: Int) {
        let client = newClient()
        var config = ProducerConfig()
        config.lingerMs = world.below(3) * 5
        config.deliveryTimeoutMs = 20_000
        config.requestTimeoutMs = 3_000
        config.batchSize = 200
        let writer = Writer(client, Producer(client.core, config: config, seed: world.random.next()), number: number)
        client.onTurn = { [unowned self, unowned writer] in write(writer) }
        writers.append(writer)
        tick(writer)
    }

    /// A program that has something to send now and then.
    private func tick(_ writer: Writer) {
        world.after(Int64(20 + world.below(300))) { [self] in
            guard !isQuiet else { return }
            writer.offeredAt = world.now
            writer.client.turn()
            tick(writer)
        }
    }

    private func write(_ writer: Writer) {
        guard writer.offeredAt == world.now, !isQuiet else { return }
        writer.offeredAt = 0
        for _ in 0..<(1 + world.below(4)) {
            let value = "\(writer.number):\(writer.next)"
            let key = world.isOneIn(2) ? Bytes("k\(world.below(20))") : nil
            do throws(ClientError) {
                let admission = try writer.producer.offer(
                    writer.producer.topic("t"), key: key, value: Bytes(value), timestamp: world.now
                ) { [unowned self] result in
                    switch result {
                    case .success(let metadata): acknowledge(value, metadata)
                    case .failure(let error):
                        report.failed += 1
                        report.refusals.append("\(value) at \(world.now): \(error)")
                    }
                }
                if case .accepted = admission { writer.next += 1 }
            } catch {
                report.violations.append("a producer refused a record: \(error)")
            }
        }
    }

    private func acknowledge(_ value: String, _ metadata: RecordMetadata) {
        report.acknowledged += 1
        acknowledged[value] = (metadata.partition, metadata.offset)
    }

    private func addReader() {
        report.members += 1
        let client = newClient()
        var config = ConsumerConfig(groupId: "g")
        config.groupProtocol = world.isOneIn(2) ? .consumer : .classic
        config.resetPolicy = .earliest
        config.sessionTimeoutMs = 6_000
        config.heartbeatIntervalMs = 500
        config.autoCommitIntervalMs = 400
        config.fetchMaxWaitMs = 200
        let memberId = Uuid.random(using: &world.random).description
        let consumer = Consumer(core: client.core, config: config, memberId: memberId, wallClockMs: { [unowned world] in world.now })
        let reader = Reader(client, consumer)
        client.onTurn = { [unowned self, unowned reader] in read(reader) }
        readers.append(reader)
        consumer.subscribe(topics: ["t"])
        client.turn()
        poll(reader)
    }

    /// A consumer must be polled, whether something came or not.
    private func poll(_ reader: Reader) {
        world.after(100) { [self] in
            guard !reader.client.isOver else { return }
            reader.client.turn()
            poll(reader)
        }
    }

    private func read(_ reader: Reader) {
        guard !reader.isLeaving else { return }
        do throws(ClientError) {
            while let records = try reader.consumer.poll() {
                try records.forEach { record, _ in
                    let value = record.value.map { String(decoding: $0.array, as: UTF8.self) } ?? ""
                    if delivered.insert(value).inserted { report.delivered += 1 } else { report.redelivered += 1 }
                    return true
                }
            }
        } catch {
            report.violations.append("a consumer failed: \(error)")
            leave(reader, politely: false)
        }
    }

    private func leave(_ reader: Reader, politely: Bool) {
        guard !reader.isLeaving else { return }
        reader.isLeaving = true
        readers.removeAll { $0 === reader }
        // After this turn, for a core is not ended in the middle of it.
        world.after(0) { [self] in
            guard politely else { return reader.client.kill() }
            reader.consumer.close(timeoutMs: 5_000) { _ in }
            reader.client.turn()
            world.after(6_000) { reader.client.kill() }
        }
    }

    // MARK: Troubles

    private func trouble() {
        guard !isQuiet else { return }
        switch world.below(24) {
        case 0: restart(afterPowerFailure: true)
        case 1: restart(afterPowerFailure: false)
        case 2, 3: if readers.count < 4 { addReader() }
        case 4: if readers.count > 1 { leave(readers[world.below(readers.count)], politely: true) }
        case 5: if readers.count > 1 { leave(readers[world.below(readers.count)], politely: false) }
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
        topic.count = Int32(count + 1)
        var request = CreatePartitionsRequest()
        request.topics = [topic]
        request.timeoutMs = 5_000
        admin.core.submit(request, to: .controller) { _ in }
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
        startServer()
        for link in server.links where link.losesRequests || link.losesReplies { link.end(reportedAfter: 0) }
        if readers.isEmpty { addReader() }
    }

    /// Every record is written or given up, and the group has read to the end.
    private var isAtRest: Bool { unrest.isEmpty }

    private var unrest: String {
        if let writer = writers.first(where: { !$0.producer.isIdle }) { return "producer \(writer.number) has \(writer.producer.pendingBatches) batches" }
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
        var places: [String: [(partition: Int32, offset: Int64)]] = [:]
        for partition in broker.partitions.all where partition.topic == "t" {
            var last: [Int: Int] = [:]
            let read = try partition.log.read(from: .zero, maxBytes: .max, minOneBatch: true, upTo: partition.log.logEndOffset)
            for batch in try RecordBatches.all(in: try gather(read.records)) {
                for record in try batch.records() {
                    let value = record.value.map { String(decoding: $0.array, as: UTF8.self) } ?? ""
                    places[value, default: []].append((partition.index, record.offset))
                    let parts = value.split(separator: ":").compactMap { Int($0) }
                    if let before = last[parts[0]], before >= parts[1] {
                        report.violations.append("\(partition.log.name): \(value) stands behind \(parts[0]):\(before)")
                    }
                    last[parts[0]] = parts[1]
                }
            }
        }
        for (value, place) in acknowledged.sorted(by: { $0.key < $1.key }) {
            let found = places[value] ?? []
            if found.count != 1 { report.violations.append("\(value) was acknowledged at \(place), and is there \(found.count) times: \(found)") }
            // -1: a duplicate of a batch whose offset the broker no longer knew.
            if let first = found.first, place.offset >= 0, first != place {
                report.violations.append("\(value) was acknowledged at \(place) and is at \(first)")
            }
            if !delivered.contains(value) { report.violations.append("\(value) was acknowledged and never delivered") }
        }
        for client in [admin] + writers.map(\.client) + readers.map(\.client) {
            for reason in client.closedByBroker { report.violations.append("the broker closed a connection: \(reason)") }
        }
    }
}

private func gather(_ records: RecordData) throws -> Bytes {
    switch records {
    case .bytes(let bytes): bytes
    case .pieces(let pieces): try Simulation.gather(pieces)
    }
}
