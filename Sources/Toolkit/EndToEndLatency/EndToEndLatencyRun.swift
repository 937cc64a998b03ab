import ClientDriver
import KafkaClient
import KafkaProtocol
import Vocabulary

/// One run: a producer and a consumer in turn.
final class EndToEndLatencyRun {
    private let context: ToolContext
    private let settings: EndToEndLatencySettings
    private let sender: ProducerSession
    private let reader: ConsumerSession
    private var random = JavaRandom(seed: 0)

    /// How long a record may take to be read, in milliseconds.
    private static let pollTimeoutMs: Int64 = 60_000
    private static let setUpTimeoutMs: Int64 = 60_000
    private static let commitTimeoutMs = 10_000

    init(_ context: ToolContext, _ settings: EndToEndLatencySettings) throws(ToolError) {
        self.context = context
        self.settings = settings
        do throws(ClientError) {
            sender = ProducerSession(try ClientSession(settings.producerClient, isInterrupted: context.interruption), settings.producer)
            reader = try ConsumerSession(settings.consumerClient, settings.consumer, isInterrupted: context.interruption)
        } catch {
            throw ToolError(error)
        }
    }

    func run() throws -> ExitCode {
        let (error, program) = (context.error, context.invocation.program)
        sender.onObstacle = { error.line("\(program): \($0); waiting until \($1) is over") }
        reader.onObstacle = { error.line("\(program): \($0); trying on") }
        defer {
            try? reader.close(timeoutMs: Self.commitTimeoutMs)
            sender.session.close()
        }
        try setUp()
        var latencies: [Int64] = []
        do {
            for number in 0..<settings.count {
                if context.shouldStop { break }
                latencies.append(try measure(number))
            }
        } catch let failure as ToolError {
            // What was read is committed, as Kafka's tool does.
            try? reader.commit(timeoutMs: Self.commitTimeoutMs)
            throw failure
        }
        if latencies.isEmpty { return .failed }
        context.report.add(LatencySummary(nanoseconds: latencies), as: LatencySummary.summaries)
        if !context.isInterrupted { try reader.commit(timeoutMs: Self.commitTimeoutMs) }
        return .done
    }

    // MARK: Before the first record

    /// Makes the topic if it is not there, and has the consumer wait at its end.
    private func setUp() throws {
        let admin = Admin(reader.session)
        if !(try admin.listTopics().contains { $0.name == settings.topic }) { try createTopic(admin) }
        let partitions = try partitions(admin)
        reader.consumer.assign(partitions)
        for partition in partitions { reader.consumer.seekToEnd(partition) }
        let limit = reader.session.now + Self.setUpTimeoutMs
        let consumer = reader.consumer
        let isSet = try reader.session.pump(untilMs: limit) { partitions.allSatisfy { consumer.position($0) != nil } }
        if !isSet { throw ToolError("The end of topic \(settings.topic) was not told within \(Self.setUpTimeoutMs) ms.", exit: .unreachable) }
    }

    private func createTopic(_ admin: Admin) throws {
        context.report.say("Topic \"\(settings.topic)\" does not exist. Will create topic with 1 partition(s) and replication factor = 1")
        var topic = CreateTopicsRequest.CreatableTopic()
        (topic.name, topic.numPartitions, topic.replicationFactor) = (settings.topic, 1, 1)
        do throws(ClientError) {
            _ = try admin.createTopics([topic])[settings.topic]?.get()
        } catch {
            throw ToolError(error).onOutput("Creation of topic \(settings.topic) failed")
        }
    }

    /// The topic's partitions; one that was just made may not be known everywhere at once.
    private func partitions(_ admin: Admin) throws -> [TopicPartition] {
        let limit = reader.session.now + Self.setUpTimeoutMs
        while true {
            switch try admin.describeTopics([settings.topic])[settings.topic] {
            case .success(let topic)?: return topic.partitions.map { TopicPartition(settings.topic, $0.index) }
            case .failure(let error)? where error.code != .unknownTopicOrPartition || reader.session.now >= limit: throw error
            default: try reader.session.pause(ms: 100, obstacles: [])
            }
        }
    }

    // MARK: A record

    /// What is sent, and must be read again.
    private struct Sent {
        let key: [UInt8]
        let value: [UInt8]
        let headers: [RecordHeader]
    }

    /// Sends a record and reads it again; how long that took, in nanoseconds.
    private func measure(_ number: Int) throws -> Int64 {
        let key = letters(settings.keySize)
        let value = letters(settings.valueSize)
        var headers: [RecordHeader] = []
        for _ in 0..<settings.headerCount {
            let name = letters(settings.headerKeySize)
            headers.append(RecordHeader(key: Bytes(name), value: settings.headerValueSize.map { Bytes(letters($0)) }))
        }
        let sent = Sent(key: key, value: value, headers: headers)
        let began = context.monotonicNs
        try send(sent)
        let records = try reader.poll(untilMs: reader.session.now + Self.pollTimeoutMs, idle: {}) { !context.shouldStop }
        let elapsed = context.monotonicNs - began
        guard let records else {
            if context.shouldStop { throw ClientError(.interrupted, message: "Interrupted.") }
            throw ToolError("poll() timed out before finding a result (timeout:[\(Self.pollTimeoutMs)ms])", exit: .unreachable)
        }
        try check(records, against: sent)
        if number % 1000 == 0 {
            context.report.add(LatencyRow(number: number, nanoseconds: elapsed), as: LatencyRow.records)
            context.output.flush()
        }
        return elapsed
    }

    /// As many times one letter.
    private func letters(_ count: Int) -> [UInt8] { [UInt8](repeating: UInt8(truncatingIfNeeded: 65 + random.below(26)), count: count) }

    private func send(_ sent: Sent) throws(ClientError) {
        var outcome: Result<RecordMetadata, ClientError>?
        _ = try Bytes(sent.key).withUnsafeBytes { key throws(ClientError) in
            try Bytes(sent.value).withUnsafeBytes { value throws(ClientError) in
                try sender.send(
                    sender.producer.topic(settings.topic), key: key, value: value, headers: sent.headers, timestamp: context.wallClockMs,
                    isStopped: { [context] in context.shouldStop }, completion: { outcome = $0 })
            }
        }
        try sender.flush()
        if case .failure(let error)? = outcome { throw error }
    }

    private func check(_ records: FetchedRecords, against sent: Sent) throws {
        var count = 0
        var found: Record?
        try records.forEach { record, _ in
            count += 1
            if found == nil { found = record }
            return true
        }
        guard let record = found else { throw ToolError("The fetch brought no record that was sent") }
        func differ(_ what: String, _ read: Bytes?, _ sent: [UInt8]) -> ToolError {
            ToolError("The message \(what) read [\(read?.text ?? "null")] did not match the message \(what) sent [\(String(decoding: sent, as: UTF8.self))]")
        }
        if record.value?.array != sent.value { throw differ("value", record.value, sent.value) }
        if record.key?.array != sent.key { throw differ("key", record.key, sent.key) }
        if record.headers != sent.headers { throw ToolError("The message headers read did not match those that were sent") }
        if count != 1 { throw ToolError("Only one result was expected during this test. We found [\(count)]") }
    }
}
