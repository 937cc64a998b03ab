import ClientDriver
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
    private let format: LineFormat
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
        format = settings.format
        do throws(ClientError) {
            // A signal ends the reading of lines; what was read before it is still sent.
            sender = ProducerSession(try ClientSession(settings.client, isInterrupted: { false }), settings.producer)
        } catch {
            throw ToolError(error)
        }
        topic = sender.producer.topic(settings.topic)
        lines = LineSplitter(maxLineBytes: 2 * settings.producer.maxRequestSize + 1 << 20)
        showsPrompt = context.inputIsTerminal && context.outputIsTerminal
    }

    func run() throws -> ExitCode {
        let (error, isSync) = (context.error, settings.isSync)
        sender.producer.onFailure = { [unowned self] batch in
            hasFailed = true
            if isSync { return }
            let records = batch.recordCount == 1 ? "1 record" : "\(batch.recordCount) records"
            error.line("Error when sending \(records) to topic \(batch.topic), partition \(batch.partition): \(batch.error.description)")
        }
        sender.onObstacle = { error.line("\($0); trying on until \($1) is over") }
        var stop: ToolError?
        do throws(Stop) {
            while try sendNextLine() {}
        } catch {
            switch error {
            case .malformed(let failure): stop = ToolError(failure.message)
            case .client(let failure) where failure.kind == .interrupted: break
            case .client(let failure) where failure.kind == .illegalState:
                let advice = "the console producer begins no transactions, leave transactional.id out"
                stop = ToolError(failure, message: "Error when sending to topic \(settings.topic): \(failure.description) (\(advice))")
            case .client(let failure): stop = ToolError(failure, message: "Error when sending to topic \(settings.topic): \(failure.description)")
            case .input(let failure): stop = ToolError("\(failure)")
            }
        }
        // Lines before a bad one are sent, as Kafka's producer does when it closes.
        do throws(ClientError) {
            try sender.close()
        } catch {
            stop = stop ?? ToolError(error)
        }
        if let stop { throw stop }
        return hasFailed ? .partlyFailed : .done
    }

    /// What ends the reading before the input does.
    private enum Stop: Error {
        case malformed(LineFormat.Malformed)
        case client(ClientError)
        case input(any Error)
    }

    /// Sends one line; false at the end of the input.
    private func sendNextLine() throws(Stop) -> Bool {
        if showsPrompt {
            context.output.write(">")
            context.output.flush()
        }
        while true {
            // What was read before a signal is still sent, unless each line waits for its answer: that could take long.
            if settings.isSync, context.isInterrupted { return false }
            if let line = lines.next() {
                try send(line)
                return true
            }
            if context.isInterrupted { return false }
            guard waitForInput() else { return false }
            guard let chunk = try readChunk() else {
                guard !context.isInterrupted, let line = lines.last() else { return false }
                try send(line)
                return true
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

    private func readChunk() throws(Stop) -> Bytes? {
        do { return try context.input.read(upTo: ToolInput.chunk) } catch { throw .input(error) }
    }

    private func send(_ line: LineSplitter.Line) throws(Stop) {
        lineNumber += 1
        switch line {
        case .tooLong(let count):
            refuse("line \(lineNumber) of \(count) bytes is longer than max.request.size (\(settings.producer.maxRequestSize)) allows")
        case .bytes(let bytes, let isASCII):
            // Like Java, what is not UTF-8 becomes U+FFFD.
            let isValid = isASCII || bytes.withUnsafeBytes { String(validating: $0, as: UTF8.self) != nil }
            let text = isValid ? bytes : Bytes(bytes.text)
            let failure = text.withUnsafeBytes { send($0) }
            if let failure { throw failure }
        }
    }

    /// Sends a line of valid UTF-8; the reason when that must end the run.
    private func send(_ line: UnsafeRawBufferPointer) -> Stop? {
        do throws(LineFormat.Malformed) {
            if settings.readsRecords { return send(try RecordLine(line, number: lineNumber)) }
            let fields = try format.parse(line, number: lineNumber)
            return send(key: fields.key, value: fields.value, headers: fields.headers)
        } catch {
            return .malformed(error)
        }
    }

    private func send(_ record: RecordLine) -> Stop? {
        (record.key ?? .empty).withUnsafeBytes { key in
            (record.value ?? .empty).withUnsafeBytes { value in
                send(
                    key: record.key == nil ? nil : key, value: record.value == nil ? nil : value, headers: record.headers, timestampMs: record.timestampMs,
                    partition: settings.keepsPartitions ? record.partition : nil)
            }
        }
    }

    private func send(
        key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, headers: [RecordHeader], timestampMs: Int64? = nil, partition: Int32? = nil
    ) -> Stop? {
        do throws(ClientError) {
            let time = timestampMs ?? timestamp
            if settings.isSync {
                try sendAndWait(partition, key: key, value: value, headers: headers, timestamp: time)
            } else {
                try sender.send(
                    topic, partition: partition, key: key, value: value, headers: headers, timestamp: time, isStopped: { context.isInterrupted })
            }
        } catch {
            // A record that is too large fails alone; what fails it otherwise would fail those behind it too.
            guard error.code == .messageTooLarge, !settings.isSync else { return .client(error) }
            refuse(error.description)
        }
        return nil
    }

    private func sendAndWait(
        _ partition: Int32?, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, headers: [RecordHeader], timestamp: Int64
    ) throws(ClientError) {
        var outcome: Result<RecordMetadata, ClientError>?
        try sender.send(
            topic, partition: partition, key: key, value: value, headers: headers, timestamp: timestamp, isStopped: { context.isInterrupted },
            completion: { outcome = $0 })
        try sender.flush()
        if case .failure(let error)? = outcome { throw error }
    }

    private func refuse(_ reason: String) {
        hasFailed = true
        context.error.line("Error when sending to topic \(settings.topic): \(reason)")
    }
}
