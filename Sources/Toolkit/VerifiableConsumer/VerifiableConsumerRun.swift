import ClientDriver
import KafkaClient
import KafkaProtocol
import Vocabulary

/// One run: reads, commits, prints what happened.
final class VerifiableConsumerRun {
    private let context: ToolContext
    private let settings: VerifiableConsumerSettings
    private let session: ConsumerSession
    private let events: VerifiableEvents
    private var consumed: Int64 = 0

    /// How long a commit may take, and one that was begun when a signal came, in milliseconds.
    private static let commitTimeoutMs = 60_000
    private static let lastCommitTimeoutMs = 5_000
    private static let closeTimeoutMs = 10_000
    private static let obstructedCloseTimeoutMs = 1_500

    init(_ context: ToolContext, _ settings: VerifiableConsumerSettings) throws(ToolError) {
        self.context = context
        self.settings = settings
        events = VerifiableEvents(context)
        do throws(ClientError) {
            session = try ConsumerSession(settings.client, settings.consumer, isInterrupted: context.interruption)
        } catch {
            throw ToolError(error)
        }
    }

    func run() throws -> ExitCode {
        session.onObstacle = { [context] in context.error.line("\($0); trying on") }
        let events = events
        session.consumer.onAssignmentChange = { change in
            switch change {
            case .revoked(let partitions): events.write("partitions_revoked", [JSONValue.Member("partitions", VerifiableEvents.list(partitions))])
            case .assigned(let partitions): events.write("partitions_assigned", [JSONValue.Member("partitions", VerifiableEvents.list(partitions))])
            }
        }
        events.write("startup_complete")
        events.flush()
        var failure: ToolError?
        do throws(ClientError) {
            session.consumer.subscribe(topics: [settings.topic])
            try read()
        } catch {
            if error.kind != .interrupted { failure = ToolError(error, message: "Error during processing, terminating consumer process: \(error)") }
        }
        let wasAsked = context.isInterrupted
        if wasAsked { events.write("shutdown_requested") }
        do throws(ClientError) {
            try session.close(timeoutMs: session.isObstructed ? Self.obstructedCloseTimeoutMs : Self.closeTimeoutMs)
        } catch {
            failure = failure ?? ToolError(error, message: "The consumer could not be closed in order: \(error)")
        }
        events.write("shutdown_complete")
        if !wasAsked { events.write("shutdown_requested") }
        if let failure { throw failure }
        return .done
    }

    private var isFinished: Bool { settings.count.map { consumed >= $0 } ?? false }

    private func read() throws(ClientError) {
        while !isFinished, !context.shouldStop {
            let records = try session.poll(untilMs: .max, idle: { events.flush() }) {
                events.flush()
                context.output.checkReader()
                return !context.shouldStop
            }
            guard let records else { return }
            guard let next = try show(records) else { continue }
            if next < records.nextOffset { session.consumer.seek(records.partition, to: next) }
            if !settings.commitsAutomatically { try commit(records.partition, CommitOffset(next, leaderEpoch: records.leaderEpoch)) }
            try session.serve()
        }
    }

    /// Prints what was read; returns the offset behind it, nil when nothing was.
    private func show(_ records: FetchedRecords) throws(ClientError) -> Int64? {
        var all: Int64 = 0
        var count: Int64 = 0
        var range: (first: Int64, last: Int64)?
        let limit = settings.count.map { $0 - consumed } ?? .max
        try records.forEach { record, _ in
            all += 1
            guard count < limit else { return true }
            count += 1
            range = (range?.first ?? record.offset, record.offset)
            if settings.isVerbose { show(record, records.partition) }
            return true
        }
        guard let range else { return nil }
        consumed += count
        let summary: JSONValue = .members([
            "topic": .string(records.partition.topic), "partition": .int(Int64(records.partition.partition)), "count": .int(count),
            "minOffset": .int(range.first), "maxOffset": .int(range.last),
        ])
        events.write("records_consumed", [JSONValue.Member("count", .int(all)), JSONValue.Member("partitions", .array([summary]))])
        return range.last + 1
    }

    private func show(_ record: Record, _ partition: TopicPartition) {
        events.write(
            "record_data",
            [
                JSONValue.Member("key", record.key.map { .string($0.text) } ?? .null),
                JSONValue.Member("value", record.value.map { .string($0.text) } ?? .null),
                JSONValue.Member("topic", .string(partition.topic)), JSONValue.Member("partition", .int(Int64(partition.partition))),
                JSONValue.Member("offset", .int(record.offset)),
            ])
    }

    /// Commits and says how that went. A failed commit does not end the run, unless another member has this one's name.
    private func commit(_ partition: TopicPartition, _ offset: CommitOffset) throws(ClientError) {
        var failure: ClientError?
        var interruption: ClientError?
        do throws(ClientError) {
            do throws(ClientError) {
                try session.commit([partition: offset], timeoutMs: Self.commitTimeoutMs)
            } catch  where error.kind == .interrupted {
                // What was read is committed all the same.
                interruption = error
                session.session.ignoresInterrupts = true
                defer { session.session.ignoresInterrupts = false }
                try session.commit([partition: offset], timeoutMs: Self.lastCommitTimeoutMs)
            }
        } catch {
            if error.code == .fencedInstanceId { throw error }
            failure = error
        }
        let entry: JSONValue = .members([
            "topic": .string(partition.topic), "partition": .int(Int64(partition.partition)), "offset": .int(offset.offset),
        ])
        var members = [JSONValue.Member("offsets", .array([entry]))]
        if let failure { members.append(JSONValue.Member("error", .string(failure.message))) }
        members.append(JSONValue.Member("success", .bool(failure == nil)))
        events.write("offsets_committed", members)
        if let interruption { throw interruption }
    }
}
