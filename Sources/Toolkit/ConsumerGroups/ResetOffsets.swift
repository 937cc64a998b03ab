import KafkaClient
import KafkaProtocol
import Vocabulary

/// `--reset-offsets`: works out new offsets for groups without members, shows them, and commits them when told to.
struct ResetOffsets {
    let run: GroupRun

    private var options: ParsedOptions { run.context.options }

    /// The new offsets of one group.
    private typealias Plan = (group: String, offsets: [TopicPartition: Int64])

    func perform() throws -> ExitCode {
        let ids = try run.selectedGroups()
        var failures: [ExitCode] = []
        var plans: [Plan] = []
        let described = run.admin.describeConsumerGroups(ids)
        for id in ids {
            switch described[id] ?? .failure(ClientError(code: .unknownServerError)) {
            case .success(let group) where group.state != "Empty" && group.state != "Dead":
                run.printError("Assignments can only be reset if the group '\(id)' is inactive, but the current state is \(group.state).")
                failures.append(.failed)
                plans.append((id, [:]))
            case .failure(let error) where error.code != .groupIdNotFound:
                if error.kind == .interrupted { throw error }
                throw GroupFailure.of(error, text: "java.util.concurrent.ExecutionException: \(error.javaDescription)")
            // A group that is not there yet begins to exist with its first offset.
            default:
                guard let offsets = try plan(id) else {
                    failures.append(.failed)
                    plans.append((id, [:]))
                    continue
                }
                if options.has("execute") { try commit(id, offsets) }
                plans.append((id, offsets))
            }
        }
        show(plans)
        return .of(failures, among: ids.count)
    }

    private func commit(_ group: String, _ offsets: [TopicPartition: Int64]) throws {
        if offsets.isEmpty { return }
        try run.wrappingExecution { () throws(ClientError) in
            let failures = try run.admin.commitOffsets(of: group, offsets.mapValues { CommittedOffset(offset: $0) })
            if let first = failures.min(by: { $0.key < $1.key }) { throw first.value }
        }
    }

    // MARK: Which partitions

    private func partitions(_ group: String, _ committed: [TopicPartition: CommittedOffset]) throws -> [TopicPartition] {
        if options.has("all-topics") { return committed.keys.sorted() }
        guard options.has("topic") else {
            if options.has("from-file") { return [] }
            throw ToolError.usage("One of the reset scopes should be defined: --all-topics, --topic.")
        }
        let selection = try TopicSelection(options.all("topic"))
        var partitions = Set(selection.partitions)
        let topics = try run.unwrapped { () throws(ClientError) in try run.admin.describeTopics(selection.wholeTopics) }
        for topic in selection.wholeTopics {
            switch topics[topic] ?? .failure(ClientError(code: .unknownTopicOrPartition)) {
            case .success(let found): partitions.formUnion(found.partitions.map { TopicPartition(topic, $0.index) })
            case .failure(let error): throw GroupFailure.of(text: error.message, line: "topic \(topic): \(error.message)")
            }
        }
        return partitions.sorted()
    }

    /// Kafka refuses partitions that are not there or cannot be asked, all in one message.
    private func checkExistence(_ partitions: [TopicPartition]) throws {
        if partitions.isEmpty { return }
        if partitions.contains(where: { $0.topic.isEmpty }) {
            let refusal = ClientError(code: .invalidTopicException, message: "The given topic name '' cannot be represented in a request.")
            throw GroupFailure.of(text: "java.util.concurrent.ExecutionException: \(refusal.javaDescription)", line: refusal.message)
        }
        let standing = try run.unwrapped { () throws(ClientError) in try run.admin.standing(of: partitions) }
        func list(_ partitions: [TopicPartition]) -> String { partitions.map(\.description).joined(separator: ",") }
        if let (partition, failure) = standing.unknown.first {
            throw GroupFailure.of(
                text: "java.util.concurrent.ExecutionException: \(failure.javaDescription)", line: "topic \(partition.topic): \(failure.description)")
        }
        if !standing.missing.isEmpty { throw GroupFailure.of(text: "The partitions \"\(list(standing.missing))\" do not exist") }
        if !standing.leaderless.isEmpty { throw GroupFailure.of(text: "The partitions \"\(list(standing.leaderless))\" have no leader") }
    }

    // MARK: Which offsets

    /// The new offsets of a group; nil when a file has none for it, which is said.
    private func plan(_ group: String) throws -> [TopicPartition: Int64]? {
        var committed: [TopicPartition: CommittedOffset] = [:]
        if options.has("all-topics") || options.has("shift-by") || options.has("to-current") {
            committed = try run.wrappingExecution { () throws(ClientError) in try run.admin.committedOffsets(of: group) }
        }
        let partitions = try partitions(group, committed)
        try checkExistence(partitions)
        if let offset = try options.long("to-offset") { return try clamped(Dictionary(uniqueKeysWithValues: partitions.map { ($0, offset) })) }
        if options.has("to-earliest") { return try ends(partitions, .earliest) }
        if options.has("to-latest") { return try ends(partitions, .latest) }
        if let count = try options.long("shift-by") { return try shifted(partitions, committed, by: count) }
        if let text = try options.string("to-datetime") {
            return try atTime(partitions, try JavaTime.milliseconds(fromTimestamp: text))
        }
        if let text = try options.string("by-duration") {
            do {
                return try atTime(partitions, try JavaDuration(text).before(nowMs: run.context.wallClockMs))
            } catch let error as JavaTextError {
                throw GroupFailure.of(text: error.javaText, line: error.message)
            }
        }
        if let path = try options.string("from-file") { return try fromFile(path, group) }
        if options.has("to-current") {
            var offsets = try ends(partitions.filter { committed[$0] == nil }, .latest)
            for partition in partitions { if let current = committed[partition] { offsets[partition] = current.offset } }
            return offsets
        }
        throw ToolError.usage(
            "Option '[reset-offsets]' requires one of the following scenarios: [[shift-by], [from-file], [to-datetime], [by-duration], [to-latest], "
                + "[to-current], [to-earliest], [to-offset]]")
    }

    private func ends(_ partitions: [TopicPartition], _ end: OffsetSpec) throws -> [TopicPartition: Int64] {
        try run.wrappingExecution { () throws(ClientError) in try run.admin.offsets(of: partitions, end) }.compactMapValues { $0 }
    }

    private func shifted(
        _ partitions: [TopicPartition], _ committed: [TopicPartition: CommittedOffset], by count: Int64
    ) throws -> [TopicPartition: Int64] {
        var wanted: [TopicPartition: Int64] = [:]
        for partition in partitions {
            guard let current = committed[partition] else {
                throw ToolError.usage("Cannot shift offset for partition \(partition) since there is no current committed offset")
            }
            let (sum, overflows) = current.offset.addingReportingOverflow(count)
            wanted[partition] = overflows ? (count > 0 ? .max : .min) : sum
        }
        return try clamped(wanted)
    }

    private func atTime(_ partitions: [TopicPartition], _ timestampMs: Int64) throws -> [TopicPartition: Int64] {
        // Negative times mean something else to the broker.
        let found = try run.wrappingExecution { () throws(ClientError) in try run.admin.offsets(of: partitions, .timestamp(max(0, timestampMs))) }
        var offsets: [TopicPartition: Int64] = [:]
        var missing: [TopicPartition] = []
        for partition in partitions {
            if case .some(.some(let offset)) = found[partition] { offsets[partition] = offset } else { missing.append(partition) }
        }
        for partition in missing {
            run.context.report.decorate("\n")
            run.context.report.say("Warn: Partition \(partition.partition) from topic \(partition.topic) is empty. Falling back to latest known offset.")
        }
        return offsets.merging(try ends(missing, .latest)) { old, _ in old }
    }

    private func fromFile(_ path: String, _ group: String) throws -> [TopicPartition: Int64]? {
        let bytes: [UInt8]
        do {
            bytes = try run.context.readFile(path)
        } catch {
            throw GroupFailure.of(text: "java.io.IOException: Unable to read file \(path)", line: "cannot read \(path): \(error.reason)")
        }
        let isSingle = options.all("group").count == 1
        let plans = try Self.plans(of: bytes, path: path, onlyGroup: isSingle ? group : nil)
        guard let plan = plans[group] else {
            run.printError("No reset plan for group \(group) found")
            return nil
        }
        try checkExistence(plan.keys.sorted())
        return try clamped(plan)
    }

    /// What a file says for each group.
    static func plans(of bytes: [UInt8], path: String, onlyGroup: String?) throws -> [String: [TopicPartition: Int64]] {
        if bytes.isEmpty {
            throw GroupFailure.of(
                text: "com.fasterxml.jackson.databind.exc.MismatchedInputException: No content to map due to end-of-input\n"
                    + " at [Source: (StringReader); line: UNKNOWN, column: UNKNOWN]", line: "\(path) is empty")
        }
        do throws(OffsetCSV.Malformed) {
            return try OffsetCSV.parse(String(decoding: bytes, as: UTF8.self), onlyGroup: onlyGroup)
        } catch {
            if error.isNegativeOffset { throw ToolError.usage("Invalid negative offset") }
            throw GroupFailure.of(text: "\(path): \(error.description)")
        }
    }

    /// Moves offsets into what the partitions hold, with a warning each.
    private func clamped(_ wanted: [TopicPartition: Int64]) throws -> [TopicPartition: Int64] {
        let partitions = wanted.keys.sorted()
        let starts = try ends(partitions, .earliest)
        let ends = try ends(partitions, .latest)
        var result: [TopicPartition: Int64] = [:]
        for partition in partitions {
            guard let offset = wanted[partition], let start = starts[partition], let end = ends[partition] else { continue }
            result[partition] = min(max(offset, start), end)
            if offset > end {
                run.context.error.line("WARN New offset (\(offset)) is higher than latest offset for topic partition \(partition). Value will be set to \(end)")
            } else if offset < start {
                run.context.error.line(
                    "WARN New offset (\(offset)) is lower than earliest offset for topic partition \(partition). Value will be set to \(start)")
            }
        }
        return result
    }

    // MARK: Showing

    /// A new offset.
    struct Row {
        let group: String
        let partition: TopicPartition
        let offset: Int64
    }

    private static func columns(groupWidth: Int = 15) -> [Column<Row>] {
        [
            Column("group", "group", heading: "GROUP", width: .least(groupWidth)) { $0.group },
            Column("topic", "topic", heading: "TOPIC", width: .least(15)) { $0.partition.topic },
            Column("partition", "number of the partition", heading: "PARTITION", width: .fixed(10)) { $0.partition.partition },
            Column("newOffset", "the offset that it gets, or would get without --dry-run", heading: "NEW-OFFSET") { $0.offset },
        ]
    }

    /// - Parameter groups: names that the table must have room for, also of groups without a row.
    static func newOffsets(fitting groups: [String] = []) -> Shape<Row> {
        let width = max(15, groups.map(\.utf16.count).max() ?? 0)
        return Shape<Row>("newOffsets", "a partition and its new offset", text: .table(.afterEmptyLine), columns(groupWidth: width))
    }

    /// With `--export`, as CSV, without the group's name where there is only one.
    private static func exported(namesGroup: Bool) -> Shape<Row> {
        Shape<Row>(
            "newOffsets", "a partition and its new offset",
            text: .lines { OffsetCSV.line(group: namesGroup ? $0.group : nil, $0.partition, $0.offset) }, columns())
    }

    private func show(_ plans: [Plan]) {
        let report = run.context.report
        let rows = plans.flatMap { plan in
            plan.offsets.sorted { $0.key < $1.key }.map { Row(group: plan.group, partition: $0.key, offset: $0.value) }
        }
        if options.has("export") {
            report.add(rows, as: Self.exported(namesGroup: options.all("group").count != 1))
            // Kafka prints the whole text as a line.
            report.decorate("\n")
        } else if !plans.isEmpty {
            report.add(rows, as: Self.newOffsets(fitting: plans.map(\.group)))
        }
    }
}
