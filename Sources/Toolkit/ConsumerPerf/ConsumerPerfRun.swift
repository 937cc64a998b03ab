import ClientDriver
import KafkaClient
import Vocabulary

/// One run: reads, counts, prints the rates.
final class ConsumerPerfRun {
    private let context: ToolContext
    private let settings: ConsumerPerfSettings
    private let session: ConsumerSession
    private var total = ConsumptionRow.Amount()
    private var topics: [String: (amount: ConsumptionRow.Amount, fetchedBytes: Int64)] = [:]

    private var joinStartMs: Int64
    private var assigned: Set<TopicPartition> = []
    /// Time without partitions: in all, and since the last row.
    private var rebalanceMs: (total: Int64, interval: Int64) = (0, 0)
    private var lastReport: (atMs: Int64, amount: ConsumptionRow.Amount)

    /// Leaving must not hold up the end for long.
    private static let closeTimeoutMs = 10_000

    init(_ context: ToolContext, _ settings: ConsumerPerfSettings) throws(ToolError) {
        self.context = context
        self.settings = settings
        do throws(ClientError) {
            session = try ConsumerSession(settings.client, settings.consumer, isInterrupted: context.interruption)
        } catch {
            throw ToolError(error)
        }
        joinStartMs = context.wallClockMs
        lastReport = (joinStartMs, total)
    }

    func run() throws -> ExitCode {
        let startMs = context.wallClockMs
        (joinStartMs, lastReport.atMs) = (startMs, startMs)
        session.onObstacle = { [context] in context.error.line("\($0); trying on") }
        session.consumer.onAssignmentChange = { [unowned self] in note($0) }
        switch settings.source {
        case .topic(let topic): session.consumer.subscribe(topics: [topic])
        case .pattern(let pattern): session.consumer.subscribe { pattern.matches($0) }
        }
        var failure: ToolError?
        do {
            failure = try read()
        } catch let error as ClientError {
            if error.kind != .interrupted { failure = ToolError(error) }
        }
        report(startMs)
        do throws(ClientError) {
            try session.close(timeoutMs: session.isObstructed ? 1_500 : Self.closeTimeoutMs)
        } catch {
            failure = failure ?? ToolError(error, message: "Committing offsets failed: \(error)")
        }
        if let failure { throw failure }
        return .done
    }

    private func note(_ change: AssignmentChange) {
        switch change {
        case .revoked(let partitions):
            assigned.subtract(partitions)
            if assigned.isEmpty { joinStartMs = context.wallClockMs }
        case .assigned(let partitions):
            if assigned.isEmpty {
                let elapsed = context.wallClockMs - joinStartMs
                rebalanceMs.total += elapsed
                rebalanceMs.interval += elapsed
            }
            assigned.formUnion(partitions)
        }
    }

    // MARK: Reading

    /// Reads until there are enough, none come any more, or the user wishes to stop. Returns what kept records from coming, if anything did.
    private func read() throws -> ToolError? {
        var lastRecordAt = session.session.now
        while total.records < settings.records, !context.shouldStop {
            let deadline = lastRecordAt &+ max(0, settings.timeoutMs)
            let records = try session.poll(untilMs: deadline < lastRecordAt ? .max : deadline, idle: { context.output.flush() }) { !context.shouldStop }
            guard let records else {
                if context.shouldStop { return nil }
                return endWait(afterMs: session.session.now - lastRecordAt)
            }
            let next = try count(records)
            if next < records.nextOffset { session.consumer.seek(records.partition, to: next) }
            lastRecordAt = session.session.now
            try session.serve()
        }
        return nil
    }

    /// Counts records until there are enough; returns the offset at which to go on.
    private func count(_ records: FetchedRecords) throws(ClientError) -> Int64 {
        let before = total
        var amount = total
        var now: Int64 = 0
        var untilPoll = 0
        var uncounted: Int64?
        let (limit, perPoll, interval) = (settings.records, settings.maxPollRecords, settings.reportingIntervalMs)
        let next = try records.forEach { record, _ in
            if untilPoll == 0 {
                if amount.records >= limit || context.shouldStop {
                    uncounted = record.offset
                    return false
                }
                untilPoll = perPoll
                now = context.wallClockMs
            }
            untilPoll -= 1
            amount.records += 1
            amount.bytes += Int64((record.key?.count ?? 0) + (record.value?.count ?? 0))
            if now - lastReport.atMs >= interval { report(amount, now) }
            return true
        }
        total = amount
        if settings.printsMetrics {
            topics[records.partition.topic, default: (ConsumptionRow.Amount(), 0)].amount.records += amount.records - before.records
            topics[records.partition.topic]?.fetchedBytes += Int64(records.sizeInBytes)
        }
        return uncounted ?? next
    }

    private func endWait(afterMs waitedMs: Int64) -> ToolError? {
        context.report.say(
            "WARNING: Exiting before consuming the expected number of records: timeout (\(settings.timeoutMs) ms) exceeded. You can use the --timeout option to "
                + "increase the timeout.")
        let verdict = session.verdict(afterWaitingMs: waitedMs)
        for remark in verdict.remarks { context.error.line("\(remark)") }
        if verdict.failures.isEmpty { return nil }
        let what = session.consumer.hasFetched ? "No more could be read" : "Nothing could be read"
        return ToolError(
            "\(what): \(verdict.failures.map(\.description).joined(separator: "; "))", exit: .of(verdict.failures.map(\.exit), among: verdict.failures.count))
    }

    // MARK: Printing

    private func report(_ amount: ConsumptionRow.Amount, _ now: Int64) {
        if settings.isDetailed {
            let part = ConsumptionRow.Amount(records: amount.records - lastReport.amount.records, bytes: amount.bytes - lastReport.amount.bytes)
            context.report.add(
                ConsumptionRow(
                    startMs: lastReport.atMs, endMs: now, total: amount, part: part, rebalanceMs: rebalanceMs.interval, format: settings.dateFormat),
                as: ConsumptionRow.intervals)
            context.output.flush()
        }
        rebalanceMs.interval = 0
        lastReport = (now, amount)
    }

    private func report(_ startMs: Int64) {
        let now = context.wallClockMs
        if !settings.isDetailed {
            context.report.add(
                ConsumptionRow(startMs: startMs, endMs: now, total: total, part: total, rebalanceMs: rebalanceMs.total, format: settings.dateFormat),
                as: ConsumptionRow.summaries)
        }
        if settings.printsMetrics { MetricRow.report(metrics(elapsedMs: now - startMs), widest: "", to: context.report) }
    }

    private func metrics(elapsedMs: Int64) -> [MetricRow] {
        let seconds = Double(max(1, elapsedMs)) / 1000
        func rows(_ tags: [(String, String)], _ records: Int64, _ bytes: Int64) -> [MetricRow] {
            [("bytes-consumed", bytes), ("records-consumed", records)].flatMap { name, value in
                [
                    MetricRow("consumer-fetch-manager-metrics", name + "-rate", tags, Double(value) / seconds),
                    MetricRow("consumer-fetch-manager-metrics", name + "-total", tags, Double(value)),
                ]
            }
        }
        let client = [("client-id", settings.client.clientId)]
        let fetchedBytes = topics.values.reduce(0) { $0 + $1.fetchedBytes }
        return rows(client, total.records, fetchedBytes)
            + topics.flatMap { topic, read in rows(client + [("topic", topic)], read.amount.records, read.fetchedBytes) }
    }
}
