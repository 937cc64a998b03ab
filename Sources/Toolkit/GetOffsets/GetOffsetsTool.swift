import ClientDriver
import KafkaClient
import Vocabulary

/// `ottla get-offsets`, Kafka's `kafka-get-offsets`: where partitions begin and end, or which offset a time stands for.
enum GetOffsetsTool {
    static let tool = Tool(command) { context in try run(context) }

    static let command = Command(
        name: "get-offsets", kafkaName: "kafka-get-offsets", purpose: "Show where partitions begin and end, or the offset at a time.",
        options: [
            Option("bootstrap-server", "broker-list", value: .required("host:port,..."), help: "Brokers to ask first; the others are learned from them"),
            .commandConfig,
            Option(
                "topic", value: .required("regex"), help: "Topics to ask about: a regular expression over the whole name; all topics otherwise",
                completion: .topic),
            Option("partitions", value: .required("id,id,..."), help: "Partitions to ask about; all otherwise"),
            Option(
                "topic-partitions", value: .required("regex:partitions,..."),
                help: "Topics with their partitions, instead of --topic and --partitions: t, t:1, t:0-3 (3 left out), t:5-, t:-3 or, for any topic, :1",
                completion: .topic),
            Option(
                "time", value: .required("time"),
                help: "Which offset: \(times), or that of the first record at or after a time in milliseconds since 1970-01-01 UTC",
                default: "latest", completion: .words(OffsetSpec.names.map(\.name))),
            Option("exclude-internal-topics", help: "Leave internal topics such as __consumer_offsets out"),
        ],
        sections: [GetOffsets.offsets.section],
        notes: [
            "Each line is TOPIC:PARTITION:OFFSET. Lines are sorted as text, so partition 10 comes before partition 2.",
            "A partition that has no such offset (no record so late, none at all, nothing in remote storage) is left out, without an error.",
            "The exit code is 1 when the cluster could not say for some partition, which standard error names; Kafka's own tool exits with 0.",
        ],
        examples: [
            "--bootstrap-server localhost:9092 --topic orders",
            "--bootstrap-server localhost:9092 --topic orders --time earliest",
            "--bootstrap-server localhost:9092 --topic-partitions 'orders:0-3,payments.*:0'",
            "--bootstrap-server localhost:9092 --topic orders --time 1767225600000",
        ],
        errorPrefix: "Error occurred: ")

    private static let times = OffsetSpec.names.map { "\($0.name) (\($0.spec.wire))" }.joined(separator: ", ")

    private static func run(_ context: ToolContext) throws -> ExitCode {
        let options = context.options
        do {
            try options.requirePresent("bootstrap-server")
            _ = try options.checkedBootstrapServers()
            try PartitionFilter.check(options)
            let spec = try OffsetSpec(time: options.requiredString("time"))
            let filter = try PartitionFilter(options)
            let session = try context.openSession(context.clientConfig(clientId: "GetOffsetShell"))
            defer { session.close() }
            return try GetOffsets(context: context, admin: session.admin).perform(spec, filter)
        } catch let failure as ClientError {
            if failure.kind == .interrupted { throw failure }
            throw ToolError(failure, message: failure.kind == .configuration ? failure.description : failure.javaLine).prefixed(command.errorPrefix)
        } catch let failure as ToolError where !failure.showUsage {
            throw failure.prefixed(command.errorPrefix)
        }
    }
}

/// One call of the tool.
struct GetOffsets {
    let context: ToolContext
    let admin: Admin

    /// A partition that has such an offset.
    struct Row {
        let partition: TopicPartition
        let offset: ListedOffset
    }

    static let offsets = Shape<Row>(
        "offsets", "a partition and the offset that was asked for",
        text: .lines { "\($0.partition.topic):\($0.partition.partition):\($0.offset.offset)" },
        [
            Column("topic", "topic") { $0.partition.topic },
            Column("partition", "number of the partition") { $0.partition.partition },
            Column("offset", "the offset") { $0.offset.offset },
            Column("timestampMs", "timestamp of the record at the offset, in milliseconds since 1970-01-01 UTC, where a time was asked for") {
                $0.offset.timestamp < 0 ? nil : $0.offset.timestamp
            },
            Column("leaderEpoch", "leader epoch of that record") { $0.offset.leaderEpoch < 0 ? nil : $0.offset.leaderEpoch },
        ])

    func perform(_ spec: OffsetSpec, _ filter: PartitionFilter) throws -> ExitCode {
        let partitions = try matching(filter).map { ($0, text: $0.description) }.sorted { $0.text < $1.text }.map(\.0)
        if partitions.isEmpty { throw ToolError.notFound("Could not match any topic-partitions with the specified filters") }
        let results = try admin.listOffsets(Dictionary(partitions.map { ($0, spec) }) { first, _ in first })
        var rows: [Row] = []
        var failures: [ExitCode] = []
        for partition in partitions {
            switch results[partition] ?? .failure(ClientError(code: .unknownTopicOrPartition)) {
            case .success(let listed) where listed.offset < 0: break
            case .success(let listed): rows.append(Row(partition: partition, offset: listed))
            case .failure(let failure):
                context.complain(ToolError(failure, message: "Skip getting offsets for topic-partition \(partition) due to error: \(failure.javaLine)"))
                failures.append(failure.exit)
            }
        }
        context.report.add(rows, as: Self.offsets)
        return .of(failures, among: partitions.count)
    }

    private func matching(_ filter: PartitionFilter) throws -> [TopicPartition] {
        var wanted: [String: PartitionFilter.Numbers] = [:]
        for topic in try admin.listTopics(includesInternal: !context.options.has("exclude-internal-topics")) {
            wanted[topic.name] = filter.numbers(of: topic.name)
        }
        return try admin.describeTopics(Array(wanted.keys)).sorted { $0.key < $1.key }.flatMap { name, topic in
            try topic.get().partitions.filter { wanted[name]?.contains($0.index) == true }.map { TopicPartition(name, $0.index) }
        }
    }
}

extension OffsetSpec {
    /// Those that have a name of their own, in the order of Kafka's texts.
    static let names: [(name: String, spec: OffsetSpec)] = [
        ("latest", .latest), ("earliest", .earliest), ("max-timestamp", .maxTimestamp), ("earliest-local", .earliestLocal),
        ("latest-tiered", .latestTiered), ("earliest-pending-upload", .earliestPendingUpload),
    ]

    /// The value of `--time`: a name, its number, or milliseconds since 1970-01-01 UTC.
    init(time text: String) throws(ToolError) {
        let number = Int64(java: text)
        if let (_, spec) = Self.names.first(where: { $0.name == text || $0.spec.wire == number }) {
            self = spec
        } else if let number {
            self = .timestamp(number)
        } else {
            let choices = Self.names.map { "\($0.spec.wire) or \($0.name)" }.joined(separator: " / ")
            throw ToolError.invalid("Malformed time argument \(text). Please use \(choices), or a specified long format timestamp")
        }
    }
}

extension ClientError {
    /// Java's words for it, and the reason when there is one.
    fileprivate var javaLine: String { reason.map { "\(javaDescription) (\($0))" } ?? javaDescription }
}
