import ClientDriver
import KafkaClient
import KafkaProtocol

/// One run: sends the records, counts what comes back, prints the rates.
final class ProducerPerfRun {
    private let context: ToolContext
    private let settings: ProducerPerfSettings
    private let sender: ProducerSession
    private let topic: ProducerTopic
    private var all: SendStatistics
    /// Without the records of the warm-up, once that is over.
    private var steady: SendStatistics?
    private var metrics = ProducerMetrics()
    private var startMs: Int64
    private var hasWritten = false
    private var hasFailed = false
    private var lastComplaint = ""
    /// When the open transaction began; nil while none is open.
    private var transactionStartMs: Int64?

    /// Records between two looks at the clock and at whether to stop, unless something took time.
    private static let recordsBetweenLooks = 16
    /// How long an open transaction may take to be aborted at the end, in milliseconds.
    private static let abortTimeoutMs: Int64 = 5_000
    /// The tag of records behind the warm-up.
    private static let steadyTag = 1

    init(_ context: ToolContext, _ settings: ProducerPerfSettings) throws(ToolError) {
        self.context = context
        self.settings = settings
        do throws(ClientError) {
            // A signal ends the sending; what was sent before it is still counted.
            sender = ProducerSession(try ClientSession(settings.client, isInterrupted: { false }), settings.producer)
        } catch {
            throw ToolError(error)
        }
        topic = sender.producer.topic(settings.topic)
        startMs = context.wallClockMs
        all = SendStatistics(startMs: startMs, intervalMs: settings.reportingIntervalMs, isSteadyState: false)
    }

    func run() throws -> ExitCode {
        observe()
        var failure: ClientError?
        do throws(ClientError) {
            if settings.transactionDurationMs != nil { try sender.initTransactions { [context] in context.shouldStop } }
            begin()
            try sendAll()
            // What a signal has cut is aborted.
            if transactionStartMs != nil, !context.shouldStop { try commit() }
        } catch {
            failure = error
        }
        if transactionStartMs != nil { abort() }
        do throws(ClientError) { try sender.flush() } catch { failure = failure ?? error }
        report()
        do throws(ClientError) { try sender.close() } catch { failure = failure ?? error }
        if let failure, failure.kind != .interrupted {
            throw ToolError(failure, message: "Error when sending to topic \(settings.topic): \(failure.description)")
        }
        return hasFailed ? hasWritten ? .partlyFailed : .failed : .done
    }

    private func observe() {
        let error = context.error
        sender.onObstacle = { error.line("\($0); trying on until \($1) is over") }
        sender.producer.onWritten = { [unowned self] in written($0) }
        sender.producer.onFailure = { [unowned self] batch in
            metrics.add(batch)
            complain("Error when sending to topic \(batch.topic), partition \(batch.partition): \(batch.error.description)")
        }
    }

    private func begin() {
        if settings.warmupRecords > 0 {
            context.report.say("Warmup first \(settings.warmupRecords) records. Steady state results will print after the complete test summary.")
            context.output.flush()
        }
        startMs = context.wallClockMs
        all = SendStatistics(startMs: startMs, intervalMs: settings.reportingIntervalMs, isSteadyState: false)
    }

    // MARK: Sending

    private func sendAll() throws(ClientError) {
        let (context, sender, topic) = (context, sender, topic)
        let throttle = Throttle(perSecond: settings.throughput, startMs: sender.session.now)
        let payloads = Payloads(settings.payloads)
        var untilLook = 0
        var now: Int64 = 0
        for number in 0..<settings.records {
            if untilLook == 0 {
                if context.shouldStop { return }
                now = context.wallClockMs
                untilLook = Self.recordsBetweenLooks
            }
            untilLook -= 1
            if number == settings.warmupRecords, number > 0 { endWarmup(now) }
            if settings.transactionDurationMs != nil, transactionStartMs == nil {
                try sender.beginTransaction()
                transactionStartMs = now
            }
            do throws(ClientError) {
                let tookTime = try payloads.withNext(number) { value throws(ClientError) in
                    try sender.send(topic, key: nil, value: value, timestamp: now, isStopped: { context.shouldStop })
                }
                if tookTime { untilLook = 0 }
            } catch  where isOfOneRecord(error) {
                // As with Kafka's tool, also what a failed transaction does not take: its commit ends the run.
                complain("Error when sending to topic \(settings.topic): \(error.description)")
            }
            if let duration = settings.transactionDurationMs, let began = transactionStartMs, now - began >= duration {
                try commit()
                untilLook = 0
            }
            if let due = throttle.due(after: number + 1), number + 1 < settings.records {
                while sender.session.now < due, !context.shouldStop { try sender.serve(untilMs: due) }
                untilLook = 0
            }
        }
    }

    private func isOfOneRecord(_ error: ClientError) -> Bool {
        error.code == .messageTooLarge || transactionStartMs != nil && error.kind == .broker
    }

    private func endWarmup(_ now: Int64) {
        steady = SendStatistics(startMs: now, intervalMs: settings.reportingIntervalMs, isSteadyState: true)
        sender.producer.tag = Self.steadyTag
    }

    private func commit() throws(ClientError) {
        // A commit that has begun cannot be taken back: it gets the time that an abort would.
        var stopSeenAt: Int64?
        try sender.commitTransaction { [context, sender] in
            guard context.shouldStop else { return false }
            let since = stopSeenAt ?? sender.session.now
            stopSeenAt = since
            return sender.session.now - since >= Self.abortTimeoutMs
        }
        transactionStartMs = nil
    }

    /// Readers of committed records need not wait for what nobody will commit. A producer that was shut out cannot, and need not.
    private func abort() {
        let limit = sender.session.now + Self.abortTimeoutMs
        // What was sent is still counted; an abort would give up what waits.
        while !sender.producer.isIdle, sender.session.now < limit {
            sender.producer.flush()
            guard (try? sender.serve(untilMs: limit)) != nil else { break }
        }
        try? sender.abortTransaction { [sender] in sender.session.now >= limit }
        transactionStartMs = nil
    }

    // MARK: Counting

    private func written(_ batch: WrittenBatch) {
        let now = context.wallClockMs
        hasWritten = true
        if settings.printsMetrics { metrics.add(batch) }
        for run in batch.runs {
            if let (rates, _) = all.add(run, now: now), steady == nil { show(rates) }
            guard run.tag == Self.steadyTag, let (rates, isFirst) = steady?.add(run, now: now) else { continue }
            if isFirst { context.report.say("In steady state.") }
            show(rates)
        }
    }

    private func show(_ rates: SendRates) {
        context.report.add(rates, as: SendRates.intervals)
        context.output.flush()
    }

    /// One line for failures in a row that are the same.
    private func complain(_ text: String) {
        hasFailed = true
        if text != lastComplaint { context.error.line(text) }
        lastComplaint = text
    }

    private func report() {
        let now = context.wallClockMs
        context.report.add(all.summary(now: now), as: SendSummary.summaries)
        if let steady { context.report.add(steady.summary(now: now), as: SendSummary.summaries) }
        guard settings.printsMetrics else { return }
        let client = settings.client.clientId
        MetricRow.report(
            metrics.rows(clientId: client, topic: settings.topic, elapsedMs: now - startMs),
            widest: "producer-node-metrics:request-latency-avg:{client-id=\(client), node-id=node--1}", to: context.report)
    }
}
