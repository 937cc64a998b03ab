import KafkaClient
import KafkaProtocol
import Vocabulary

/// `kafka-leader-election`: makes the preferred replica the leader, or, where there is none, one that may lack records.
enum LeaderElectionTool {
    static let tool = Tool(command) { context in try run(context) }

    static let command = Command(
        name: "leader-election", kafkaName: "kafka-leader-election", purpose: "Elect the leaders of partitions.",
        options: [
            .bootstrapServer, .commandConfig,
            Option("admin.config", value: .required("file"), help: "The older name of --command-config", completion: .file),
            Option(
                "election-type", value: .required("type"), help: "preferred: the first replica, where it is in sync; unclean: any, where none leads",
                completion: .words(["preferred", "unclean"])),
            Option("topic", value: .required("name"), help: "The topic of --partition", completion: .topic),
            Option("partition", value: .required("id"), help: "The partition to elect a leader of"),
            Option("all-topic-partitions", help: "Elect leaders of all partitions that need it"),
            Option(
                "path-to-json-file", value: .required("file"), help: #"Partitions as {"partitions":[{"topic":"t","partition":1}]}"#, completion: .file),
        ],
        sections: [elections.section],
        examples: [
            "--bootstrap-server localhost:9092 --election-type preferred --all-topic-partitions",
            "--bootstrap-server localhost:9092 --election-type unclean --topic orders --partition 0",
        ])

    /// A partition, and what became of its election.
    struct Row {
        let partition: TopicPartition
        let failure: ClientError?

        var isNeedless: Bool { failure?.code == .electionNotNeeded }
        var outcome: String { failure == nil ? "elected" : isNeedless ? "not needed" : "failed" }
    }

    static let elections = Shape<Row>(
        "elections", "a partition whose leader was to be elected", text: .none,
        [
            Column("topic", "topic") { $0.partition.topic }, Column("partition", "number of the partition") { $0.partition.partition },
            Column("outcome", "elected, not needed or failed") { $0.outcome },
            Column("error", "why it failed") { $0.isNeedless ? nil : $0.failure?.javaDescription },
        ])

    private static func run(_ context: ToolContext) throws -> ExitCode {
        let options = context.options
        let type = try check(options)
        let partitions = try partitions(context)
        context.notice(
            "Option --admin.config has been deprecated and will be removed in a future version. Use --command-config instead.",
            if: options.has("admin.config"))
        var config = try context.clientConfig(clientId: "adminclient-1", file: options.has("admin.config") ? "admin.config" : "command-config")
        if config.properties["default.api.timeout.ms"] == nil { config.defaultApiTimeoutMs = 30_000 }
        let session = try context.openSession(config)
        defer { session.close() }
        let results: [TopicPartition: ClientError?]
        do throws(ClientError) {
            results = try session.admin.electLeaders(type, partitions)
        } catch {
            let text =
                error.kind == .timeout
                ? "Timeout waiting for election results"
                : error.code == .clusterAuthorizationFailed ? "Not authorized to perform leader election" : nil
            guard let text else { throw error }
            throw ToolError(error, message: "\(text): \(error)").onOutput(text, reason: error.reason)
        }
        return show(results.map { Row(partition: $0.key, failure: $0.value) }.sorted { $0.partition < $1.partition }, type, context)
    }

    private static func show(_ rows: [Row], _ type: ElectionType, _ context: ToolContext) -> ExitCode {
        context.report.add(rows, as: elections)
        func list(_ rows: [Row]) -> String { rows.map(\.partition.description).joined(separator: ", ") }
        let elected = rows.filter { $0.failure == nil }
        let needless = rows.filter(\.isNeedless)
        let name = type == .preferred ? "PREFERRED" : "UNCLEAN"
        if !elected.isEmpty { context.report.decorate("Successfully completed leader election (\(name)) for partitions \(list(elected))\n") }
        if !needless.isEmpty { context.report.decorate("Valid replica already elected for partitions \(list(needless))\n") }
        var failures: [ExitCode] = []
        for row in rows where !row.isNeedless {
            guard let failure = row.failure else { continue }
            failures.append(failure.exit)
            let text = "Error completing leader election (\(name)) for partition: \(row.partition): \(failure.javaDescription)"
            context.complain(ToolError(failure, message: context.invocation.isKafkaName ? "" : text).onOutput(text))
        }
        if !failures.isEmpty { context.error.line("\(failures.count) replica(s) could not be elected") }
        return .of(failures, among: rows.count)
    }

    private static func check(_ options: ParsedOptions) throws(ToolError) -> ElectionType {
        let missing = ["bootstrap-server", "election-type"].filter { !options.has($0) }
        if !missing.isEmpty { throw .invalid("Missing required option(s): \(missing.joined(separator: ", "))") }
        try options.forbid("admin.config", with: ["command-config"])
        let scopes = ["topic", "all-topic-partitions", "path-to-json-file"]
        if scopes.count(where: { options.has($0) }) != 1 {
            throw .invalid("One and only one of the following options is required: \(scopes.joined(separator: ", "))")
        }
        if options.has("topic"), !options.has("partition") { throw .invalid("Missing required option(s): partition") }
        if !options.has("topic"), options.has("partition") { throw .invalid("Option partition is only allowed if topic is used") }
        let type = try options.convert("election-type") { text in
            switch text.lowercased() {
            case "preferred": ElectionType.preferred
            case "unclean": .unclean
            default: nil
            }
        }
        return type ?? .preferred
    }

    // MARK: Which partitions

    /// Nil for all.
    private static func partitions(_ context: ToolContext) throws -> Set<TopicPartition>? {
        if let path = try context.options.string("path-to-json-file") { return try partitions(in: path, context) }
        guard let topic = try context.options.string("topic"), let partition = try context.options.int("partition") else { return nil }
        return [TopicPartition(topic, partition)]
    }

    private static func partitions(in path: String, _ context: ToolContext) throws -> Set<TopicPartition> {
        let json = try context.readJSON(path)
        guard let entries = json["partitions"]?.elements else { throw ToolError.invalid("Replica election data is missing \"partitions\" field") }
        let partitions = try entries.map { entry in
            guard let topic = entry["topic"]?.stringValue, let number = entry["partition"]?.intValue, let partition = Int32(exactly: number) else {
                throw ToolError.invalid("\(path): each of the partitions needs a \"topic\" and a \"partition\"")
            }
            return TopicPartition(topic, partition)
        }
        let twice = Dictionary(grouping: partitions) { $0 }.filter { $0.value.count > 1 }.keys.sorted()
        if !twice.isEmpty {
            throw ToolError.invalid("Replica election data contains duplicate partitions: [\(twice.map(\.description).joined(separator: ", "))]")
        }
        return Set(partitions)
    }
}
