import ClientDriver
import KafkaClient
import KafkaProtocol

/// One run: sends numbers, prints what became of them.
final class VerifiableProducerRun {
    private let context: ToolContext
    private let settings: VerifiableProducerSettings
    private let sender: ProducerSession
    private let events: VerifiableEvents
    private var sent: Int64 = 0
    private var acked: Int64 = 0
    private var failed: Int64 = 0
    private var nextKey: Int32 = 0

    /// The longest time in which events stay unseen while the producer waits, in milliseconds.
    private static let eventDelayMs: Int64 = 100

    init(_ context: ToolContext, _ settings: VerifiableProducerSettings) throws(ToolError) {
        self.context = context
        self.settings = settings
        events = VerifiableEvents(context)
        do throws(ClientError) {
            sender = ProducerSession(try ClientSession(settings.client, isInterrupted: { false }), settings.producer)
        } catch {
            throw ToolError(error)
        }
    }

    func run() throws -> ExitCode {
        let error = context.error
        sender.onObstacle = { error.line("\($0); trying on until \($1) is over") }
        let startMs = context.wallClockMs
        events.write("startup_complete")
        events.flush()
        var failure: ClientError?
        do throws(ClientError) {
            try sendAll(startMs)
            try settle()
            try sender.close()
        } catch {
            if error.kind != .interrupted { failure = error }
        }
        events.write("shutdown_complete")
        let seconds = Double(max(1, context.wallClockMs - startMs)) / 1000
        events.write(
            "tool_data",
            [
                JSONValue.Member("sent", .int(sent)), JSONValue.Member("acked", .int(acked)),
                JSONValue.Member("target_throughput", .int(Int64(settings.throughput))), JSONValue.Member("avg_throughput", .double(Double(acked) / seconds)),
            ])
        if let failure { throw ToolError(failure) }
        return failed == 0 ? .done : acked == 0 ? .failed : .partlyFailed
    }

    // MARK: Sending

    private func sendAll(_ startMs: Int64) throws(ClientError) {
        let topic = sender.producer.topic(settings.topic)
        let throttle = Throttle(perSecond: Double(settings.throughput), startMs: sender.session.now)
        var createTimeMs = settings.createTimeMs
        while sent < settings.count ?? .max, !context.shouldStop {
            let now = context.wallClockMs
            let value = settings.valuePrefix.map { "\($0).\(sent)" } ?? "\(sent)"
            send(topic, key: key(), value: value, timestamp: createTimeMs ?? now)
            if let time = createTimeMs { createTimeMs = time + context.wallClockMs - startMs }
            if sender.producer.failure != nil { return }
            if let due = throttle.due(after: sent), sent < settings.count ?? .max {
                while sender.session.now < due, !context.shouldStop { try wait(untilMs: due) }
            }
        }
    }

    private func key() -> String? {
        guard let count = settings.repeatingKeys else { return nil }
        let key = nextKey
        nextKey = nextKey &+ 1
        if nextKey == count { nextKey = 0 }
        return "\(key)"
    }

    private func send(_ topic: ProducerTopic, key: String?, value: String, timestamp: Int64) {
        sent += 1
        let keyBytes = Bytes(key ?? "")
        do throws(ClientError) {
            let tookTime = try keyBytes.withUnsafeBytes { rawKey throws(ClientError) in
                try Bytes(value).withUnsafeBytes { rawValue throws(ClientError) in
                    try sender.send(
                        topic, key: key == nil ? nil : rawKey, value: rawValue, timestamp: timestamp, isStopped: { [context] in context.shouldStop },
                        completion: { [unowned self] in settled(key, value, $0) })
                }
            }
            if tookTime { events.flush() }
        } catch {
            settled(key, value, .failure(error))
        }
    }

    private func wait(untilMs deadline: Int64) throws(ClientError) {
        events.flush()
        try sender.serve(untilMs: min(deadline, sender.session.now + Self.eventDelayMs))
    }

    /// Waits until each record is written or given up.
    private func settle() throws(ClientError) {
        while !sender.producer.isIdle {
            sender.producer.flush()
            try wait(untilMs: .max)
        }
    }

    private func settled(_ key: String?, _ value: String, _ result: Result<RecordMetadata, ClientError>) {
        let head = [JSONValue.Member("key", key.map { .string($0) } ?? .null), JSONValue.Member("value", .string(value))]
        switch result {
        case .success(let metadata):
            acked += 1
            events.write(
                "producer_send_success",
                head + [
                    JSONValue.Member("offset", .int(metadata.offset)), JSONValue.Member("topic", .string(metadata.topic)),
                    JSONValue.Member("partition", .int(Int64(metadata.partition))),
                ])
        case .failure(let error):
            failed += 1
            events.write(
                "producer_send_error",
                head + [
                    JSONValue.Member("topic", .string(settings.topic)), JSONValue.Member("exception", .string("class \(error.exceptionClass)")),
                    JSONValue.Member("message", .string(error.message)),
                ])
        }
    }
}
