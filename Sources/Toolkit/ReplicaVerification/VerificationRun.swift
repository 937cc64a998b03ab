import Host
import KafkaClient
import KafkaProtocol
import Vocabulary

/// One call of the tool: fetches from every broker, compares, tells, and does it again.
struct VerificationRun {
    /// Milliseconds that a broker which did not answer last time gets to be there again; the others wait for it.
    private static let patienceWithAbsentMs = 2_000
    /// Milliseconds between two rounds when nothing moves though brokers answer at once.
    private static let pauseMs = 100

    private let context: ToolContext
    private let admin: Admin
    private let settings: ReplicaVerificationTool.Settings
    private let patienceMs: Int
    private var fetch: ReplicaFetch
    private var comparison: ReplicaComparison
    private var lastReportMs: Int64
    private var hasAbsent = false
    /// What standard error was told of brokers and replicas that give nothing.
    private var told: Set<String> = []

    /// Finds the topics, their replicas and where to begin.
    init(_ settings: ReplicaVerificationTool.Settings, _ context: ToolContext, _ admin: Admin, patienceMs: Int) throws {
        (self.settings, self.context, self.admin, self.patienceMs) = (settings, context, admin, patienceMs)
        let names = try admin.listTopics().map(\.name).filter { settings.topics.matches($0) }
        if names.isEmpty { throw ToolError.notFound("No topics found: there are none, or --topics-include leaves all of them out.") }
        let topics = try admin.describeTopics(names).values.map { try $0.get() }
        var byBroker: [Int32: [TopicPartition]] = [:]
        for topic in topics {
            for partition in topic.partitions {
                for replica in partition.replicas { byBroker[replica, default: []].append(TopicPartition(topic.name, partition.index)) }
            }
        }
        fetch = ReplicaFetch(
            partitions: byBroker, offsets: [:], topicIds: Dictionary(topics.map { ($0.name, $0.id) }) { first, _ in first },
            maxBytes: settings.fetchBytes, maxWaitMs: settings.maxWaitMs)
        comparison = ReplicaComparison(from: try Self.offsets(of: Set(byBroker.values.joined()), settings.start, admin))
        lastReportMs = context.monotonicMs
    }

    /// Where the comparison begins: the end of a partition where nothing is as late as the time asked for.
    private static func offsets(of partitions: Set<TopicPartition>, _ start: OffsetSpec, _ admin: Admin) throws -> [TopicPartition: Int64] {
        func ask(_ partitions: some Sequence<TopicPartition>, _ spec: OffsetSpec) throws -> [TopicPartition: Int64] {
            let asked = Dictionary(partitions.map { ($0, spec) }) { first, _ in first }
            return asked.isEmpty ? [:] : try admin.listOffsets(asked).mapValues { try $0.get().offset }
        }
        let found = try ask(partitions, start)
        return found.merging(try ask(found.filter { $0.value < 0 }.keys, .latest)) { $1 }
    }

    /// Compares until somebody stops it, or until two replicas cannot be compared any more.
    mutating func perform() throws -> ExitCode {
        context.report.decorate("\(now): verification process is started\n")
        context.output.flush()
        while !context.shouldStop {
            let before = comparison.offsets
            fetch.offsets = before
            let began = context.monotonicMs
            let fetched = try round()
            if context.shouldStop { break }
            let mismatches: [ReplicaComparison.Mismatch]
            do throws(ReplicaComparison.Unreadable) { mismatches = try comparison.compare(fetched) } catch { throw Self.failure(error) }
            tell(mismatches)
            if mismatches.last?.kind == .offset { return .failed }
            report()
            context.output.checkReader()
            if comparison.offsets == before, context.monotonicMs - began < Int64(Self.pauseMs) { try admin.pause(ms: Self.pauseMs) }
        }
        return .done
    }

    private static func failure(_ error: ReplicaComparison.Unreadable) -> ToolError {
        ToolError("Error in processing replica \(error.replica) in partition \(error.partition) at offset \(error.offset): \(error.reason)")
    }

    // MARK: Fetching

    /// What each replica has from the offsets on; nothing of replicas that did not answer.
    private mutating func round() throws -> [TopicPartition: [Int32: ReplicaRecords]] {
        var fetched: [TopicPartition: [Int32: ReplicaRecords]] = [:]
        var silent: Set<String> = []
        let answers = admin.fetchReplicas(fetch, patienceMs: hasAbsent ? min(Self.patienceWithAbsentMs, patienceMs) : patienceMs)
        hasAbsent = false
        for (broker, answer) in answers.sorted(by: { $0.key < $1.key }) {
            var found: [TopicPartition: ReplicaRecords] = [:]
            do throws(ClientError) {
                found = try answer.get()
            } catch {
                if error.kind == .interrupted { throw error }
                if error.kind == .authentication || error.kind == .unsupportedVersion { throw ToolError(error) }
                hasAbsent = true
                silent.insert("broker \(broker) gives nothing: \(error)")
            }
            for partition in fetch.partitions[broker] ?? [] {
                let records = found[partition] ?? ReplicaRecords(highWatermark: -1)
                fetched[partition, default: [:]][broker] = records
                if records.errorCode != .none { silent.insert("broker \(broker) gives nothing of \(partition): \(ClientError(code: records.errorCode))") }
            }
        }
        for line in silent.subtracting(told).sorted() { context.error.line("\(context.invocation.program): \(line); trying on") }
        told = silent
        return fetched
    }

    // MARK: Telling

    /// Two replicas that differ.
    struct Difference {
        let timeMs: Int64
        let mismatch: ReplicaComparison.Mismatch
    }

    /// The largest lag at a moment.
    struct Standing {
        let timeMs: Int64
        let lag: ReplicaComparison.Lag
        let partitions: Int
    }

    static let lags = Shape<Standing>(
        "lags", "the largest lag of the comparison at a moment", isStream: true,
        text: .lines {
            let place = "for partition \($0.lag.partition?.description ?? "null") at offset \($0.lag.offset)"
            return "\(SystemClock.logText(wallMs: $0.timeMs)): max lag is \($0.lag.records) \(place) among \($0.partitions) partitions"
        },
        [
            Column("timestampMs", "when, in milliseconds since 1970-01-01 UTC") { $0.timeMs },
            Column("maxLag", "committed records that have not been compared yet; null when no replica answered") { $0.lag.records < 0 ? nil : $0.lag.records },
            Column("topic", "topic of the partition with that lag; null when there was none yet") { $0.lag.partition?.topic },
            Column("partition", "number of the partition") { $0.lag.partition?.partition },
            Column("offset", "offset up to which it has been compared") { $0.lag.offset < 0 ? nil : $0.lag.offset },
            Column("partitions", "how many partitions are compared") { $0.partitions },
        ])

    static let mismatches = Shape<Difference>(
        "mismatches", "two replicas that differ", isStream: true, text: .lines(text),
        [
            Column("timestampMs", "when it was found, in milliseconds since 1970-01-01 UTC") { $0.timeMs },
            Column("differing", "what differs: checksum or offset") { $0.mismatch.kind.rawValue },
            Column("topic", "topic") { $0.mismatch.partition.topic }, Column("partition", "number of the partition") { $0.mismatch.partition.partition },
            Column("replica", "id of the one broker") { $0.mismatch.first.replica },
            Column("lastOffset", "offset of the last record of its batch") { $0.mismatch.first.lastOffset },
            Column("checksum", "checksum of the batch") { Int64($0.mismatch.first.checksum) },
            Column("otherReplica", "id of the other broker") { $0.mismatch.other.replica },
            Column("otherLastOffset", "offset of the last record of its batch") { $0.mismatch.other.lastOffset },
            Column("otherChecksum", "checksum of that batch") { Int64($0.mismatch.other.checksum) },
        ])

    @Sendable private static func text(_ difference: Difference) -> String {
        let (mismatch, first, other) = (difference.mismatch, difference.mismatch.first, difference.mismatch.other)
        let head = "\(SystemClock.logText(wallMs: difference.timeMs)): partition \(mismatch.partition)"
        return switch mismatch.kind {
        case .offset: "\(head): replica \(first.replica)'s offset \(first.lastOffset) doesn't match replica \(other.replica)'s offset \(other.lastOffset)"
        case .checksum:
            "\(head) has unmatched checksum at offset \(other.lastOffset); replica \(first.replica)'s checksum \(first.checksum); "
                + "replica \(other.replica)'s checksum \(other.checksum)"
        }
    }

    private var now: String { SystemClock.logText(wallMs: context.wallClockMs) }

    private func tell(_ mismatches: [ReplicaComparison.Mismatch]) {
        if mismatches.isEmpty { return }
        context.report.add(mismatches.map { Difference(timeMs: context.wallClockMs, mismatch: $0) }, as: Self.mismatches)
        context.output.flush()
    }

    /// The lag, when it is time.
    private mutating func report() {
        guard context.monotonicMs - lastReportMs > settings.reportIntervalMs else { return }
        lastReportMs = context.monotonicMs
        context.report.add(Standing(timeMs: context.wallClockMs, lag: comparison.lag, partitions: comparison.count), as: Self.lags)
        context.output.flush()
    }
}
