import KafkaClient
import KafkaProtocol

/// `kafka-console-producer`: lines of standard input become records of a topic.
enum ConsoleProducerTool {
    static let tool = Tool(command) { context in
        let settings = try ConsoleProducerSettings(context)
        return try ConsoleProducerRun(context, settings).run()
    }
}

/// One run: reads lines, offers them to the producer, and keeps the connection alive while the input pauses.
final class ConsoleProducerRun {
    private let context: ToolContext
    private let settings: ConsoleProducerSettings
    private let sender: ProducerSession
    private let topic: ProducerTopic
    private var lines: LineSplitter
    private var lineNumber = 0
    private var timestamp: Int64 = 0
    private var hasFailed = false
    private let showsPrompt: Bool

    /// How long to look at the input before the producer is given a turn, in milliseconds: while answers are due, and while nothing is.
    private static let busyWaitMs: Int64 = 5
    private static let idleWaitMs: Int64 = 500

    init(_ context: ToolContext, _ settings: ConsoleProducerSettings) throws(ToolError) {
        self.context = context
        self.settings = settings
        do throws(ClientError) {
            // A signal ends the reading of lines; what was read before it is still sent.
            sender = ProducerSession(try Session(settings.client, isInterrupted: { false }), settings.producer)
        } catch {
            throw ToolError(error.description)
        }
        topic = sender.producer.topic(settings.topic)
        lines = LineSplitter(maxLineBytes: 2 * settings.producer.maxRequestSize + 1 << 20)
        showsPrompt = context.inputIsTerminal && context.outputIsTerminal
    }

    func run() throws -> Int32 {
        let (error, isSync) = (context.error, settings.isSync)
        sender.producer.onFailure = { [unowned self] batch in
            hasFailed = true
            if isSync { return }
            let records = batch.recordCount == 1 ? "1 record" : "\(batch.recordCount) records"
            error.line("Error when sending \(records) to topic \(batch.topic), partition \(batch.partition): \(batch.error.description)")
        }
        do {
            while try sendNextLine() {}
        } catch let failure as LineFormat.Malformed {
            // Lines before the bad one are sent, as Kafka's producer does when it closes.
            try? sender.close()
            throw ToolError(failure.message)
        } catch let failure as ClientError where failure.kind == .interrupted {
            return try finish()
        } catch let failure as ClientError {
            try? sender.close()
            throw ToolError("Error when sending to topic \(settings.topic): \(failure.description)")
        }
        return try finish()
    }

    private func finish() throws -> Int32 {
        try sender.close()
        return hasFailed ? 1 : 0
    }

    /// Sends one line; false at the end of the input.
    private func sendNextLine() throws -> Bool {
        if showsPrompt {
            context.output.write(">")
            context.output.flush()
        }
        while true {
            if context.isInterrupted { return false }
            if try lines.next({ try send($0) }) != nil { return true }
            guard waitForInput() else { return false }
            guard let chunk = try context.input.read(upTo: ToolInput.chunk) else {
                if context.isInterrupted { return false }
                return try lines.last { try send($0) } != nil
            }
            timestamp = context.wallClockMs
            lines.feed(chunk)
        }
    }

    /// Waits for input and lets the producer do what is due meanwhile. False when a signal asked to stop.
    private func waitForInput() -> Bool {
        var wait: Int64 = 0
        while !context.input.waitReady(timeoutMs: Int32(clamping: wait)) {
            if context.isInterrupted { return false }
            guard (try? sender.poll()) != nil else { return true }
            wait = Self.idleWaitMs
            if let due = sender.producer.nextDeadline { wait = min(wait, max(0, due - sender.session.now)) }
            if sender.producer.hasRequestsInFlight || topic.partitionCount == 0 { wait = min(wait, Self.busyWaitMs) }
        }
        return true
    }

    private func send(_ line: LineSplitter.Line) throws {
        lineNumber += 1
        switch line {
        case .tooLong(let count): refuse("line \(lineNumber) of \(count) bytes is longer than max.request.size (\(settings.producer.maxRequestSize)) allows")
        case .bytes(let bytes, let isASCII):
            if isASCII || String(validating: UnsafeRawBufferPointer(bytes), as: UTF8.self) != nil { return try send(bytes) }
            // Like Java, what is not UTF-8 becomes U+FFFD.
            var repaired = String(decoding: bytes, as: UTF8.self)
            try repaired.withUTF8 { try send(UnsafeRawBufferPointer($0)) }
        }
    }

    private func send(_ line: UnsafeRawBufferPointer) throws {
        try settings.format.parse(line, number: lineNumber) { key, value, headers in
            do throws(ClientError) {
                guard settings.isSync else {
                    return try sender.send(topic, key: key, value: value, headers: headers, timestamp: timestamp, isStopped: { context.isInterrupted })
                }
                try sendAndWait(key: key, value: value, headers: headers)
            } catch {
                // A record that is too large fails alone; what fails it otherwise would fail those behind it too.
                guard error.code == .messageTooLarge, !settings.isSync else { throw error }
                refuse(error.description)
            }
        }
    }

    private func sendAndWait(key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, headers: [RecordHeader]) throws(ClientError) {
        var outcome: Result<RecordMetadata, ClientError>?
        try sender.send(
            topic, key: key, value: value, headers: headers, timestamp: timestamp, isStopped: { [context] in context.isInterrupted },
            completion: { outcome = $0 })
        try sender.flush()
        if case .failure(let error)? = outcome { throw error }
    }

    private func refuse(_ reason: String) {
        hasFailed = true
        context.error.line("Error when sending to topic \(settings.topic): \(reason)")
    }
}
