import ClientDriver
import KafkaClient
import KafkaProtocol

/// One run of the console consumer: read, print, count, and leave the group with the offsets of what was printed.
final class ConsoleConsumerRun {
    private let settings: ConsoleConsumerSettings
    private let context: ToolContext
    private var count = 0
    private var exitCode = ExitCode.done
    /// What ended the run before its time.
    private var failure: Failure?

    private struct Failure {
        var text: String
        /// A record that cannot be printed is reported after the count, everything else before, as Kafka does.
        var followsCount = false
    }

    /// Commits and leaving must not hold up the user's Ctrl-C for long.
    private static let closeTimeoutMs = 10_000
    /// How long leaving may take when nobody is there to hear it.
    private static let obstructedCloseTimeoutMs = 1_500
    /// Records between two looks at whether to stop.
    private static let recordsBetweenChecks = 256

    init(_ settings: ConsoleConsumerSettings, _ context: ToolContext) {
        self.settings = settings
        self.context = context
    }

    func run() throws(ToolError) -> ExitCode {
        if settings.maxMessages != 0 {
            let session: ConsumerSession
            do {
                let context = context
                session = try ConsumerSession(settings.client, settings.consumer, isInterrupted: { context.isInterrupted })
            } catch {
                throw ToolError(error, message: error.javaDescription)
            }
            session.onObstacle = { [context] in context.error.line("\($0); trying on") }
            subscribe(session.consumer)
            read(session)
            close(session)
        }
        context.output.flush()
        if let failure, !failure.followsCount { context.error.line(failure.text) }
        context.error.line("Processed a total of \(count) messages")
        if let failure, failure.followsCount { context.error.line(failure.text) }
        if settings.printsSystemTestEvents, context.report.isText { context.output.line("shutdown_complete") }
        return exitCode
    }

    private func subscribe(_ consumer: Consumer) {
        switch settings.source {
        case .topic(let topic): consumer.subscribe(topics: [topic])
        case .pattern(let pattern): consumer.subscribe { pattern.matches($0) }
        case .partition(let partition, let start):
            consumer.assign([partition])
            switch start {
            case .beginning: consumer.seekToBeginning(partition)
            case .end: consumer.seekToEnd(partition)
            case .offset(let offset): consumer.seek(partition, to: offset)
            }
        }
    }

    private func read(_ session: ConsumerSession) {
        do throws(ClientError) {
            var lastRecordAt = session.session.now
            while count < settings.maxMessages ?? .max, !context.shouldStop {
                let deadline = settings.timeoutMs.map { lastRecordAt &+ $0 } ?? .max
                let records = try session.poll(untilMs: deadline < lastRecordAt ? .max : deadline, idle: { context.output.flush() }) {
                    context.output.checkReader()
                    return !context.output.isClosed
                }
                guard let records else {
                    if !context.shouldStop { endWait(session, afterMs: session.session.now - lastRecordAt) }
                    return
                }
                let before = count
                let next = try show(records)
                // What did not reach the reader of the output was not printed.
                context.output.flush()
                if context.output.isClosed {
                    session.consumer.seek(records.partition, to: records.startOffset)
                } else if next < records.nextOffset {
                    session.consumer.seek(records.partition, to: next)
                }
                if failure != nil { return }
                if count > before { lastRecordAt = session.session.now }
                try session.serve()
            }
        } catch {
            if error.kind != .interrupted { fail(Self.text(error), error.exit) }
        }
    }

    private func fail(_ text: String, _ exit: ExitCode) {
        exitCode = exit
        failure = Failure(text: text)
    }

    /// The time is over: says what kept records from coming, if anything did. A topic that can be read and has nothing new is no failure.
    private func endWait(_ session: ConsumerSession, afterMs timeoutMs: Int64) {
        let verdict = session.verdict(afterWaitingMs: timeoutMs)
        let failures = verdict.failures
        for remark in verdict.remarks { context.error.line("\(remark)") }
        if case .noBroker(let reason)? = failures.first {
            fail("No broker could be reached: \(reason)", .unreachable)
        } else if !failures.isEmpty {
            let what = session.consumer.hasFetched ? "No more could be read" : "Nothing could be read"
            fail("\(what): \(failures.map(\.description).joined(separator: "; "))", .of(failures.map(\.exit), among: failures.count))
        }
    }

    private static func text(_ error: ClientError) -> String {
        if error.kind == .unreachable, let reason = error.reason { return "No broker could be reached: \(reason)" }
        return "Error processing message, terminating consumer process: \(error.exceptionClass): \(error)"
    }

    /// Prints records until the limit, a stop or an error; returns the offset at which to go on.
    private func show(_ records: FetchedRecords) throws(ClientError) -> Int64 {
        let limit = settings.maxMessages ?? .max
        var untilCheck = Self.recordsBetweenChecks
        return try records.forEach { record, batch in
            count += 1
            print: do throws(FormatError) {
                guard let formatter = settings.formatter else {
                    let row = RecordRow(partition: records.partition, record: record, timestampType: batch.timestampType)
                    context.report.add(row, as: RecordRow.records)
                    break print
                }
                try formatter.write(record, timestampType: batch.timestampType, partition: records.partition, to: context.output)
            } catch {
                guard settings.skipsErrors else {
                    exitCode = .failed
                    failure = Failure(text: "Unknown error when running consumer: \(error)", followsCount: true)
                    return false
                }
                context.error.line("Error processing message, skipping this message: \(error)")
            }
            if count >= limit { return false }
            untilCheck -= 1
            if untilCheck > 0 { return true }
            untilCheck = Self.recordsBetweenChecks
            return !context.shouldStop
        }
    }

    private func close(_ session: ConsumerSession) {
        context.output.flush()
        do {
            try session.close(timeoutMs: session.isObstructed ? Self.obstructedCloseTimeoutMs : Self.closeTimeoutMs)
        } catch {
            if failure != nil { return }
            exitCode = .failed
            failure = Failure(text: "Committing offsets failed: \(error.exceptionClass): \(error)")
        }
    }
}
