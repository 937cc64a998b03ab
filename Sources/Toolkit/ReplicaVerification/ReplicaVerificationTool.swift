import KafkaClient
import KafkaProtocol
import Vocabulary

/// `kafka-replica-verification`: whether all replicas of topics hold the same batches. Runs until it is stopped.
enum ReplicaVerificationTool {
    static let tool = Tool(command) { context in try run(context) }

    static let command = Command(
        name: "replica-verification", kafkaName: "kafka-replica-verification", purpose: "Compare the replicas of topics, batch by batch, until stopped.",
        options: [
            Option(
                "broker-list", "bootstrap-server", value: .required("host:port,..."),
                help: "Brokers to ask first; the others are learned from them; required"),
            .commandConfig,
            Option("fetch-size", value: .required("bytes"), help: "Bytes of each partition that are asked for at once", default: "1048576"),
            Option("max-wait-ms", value: .required("ms"), help: "How long a broker may wait for new records", default: "1000"),
            Option(
                "topics-include", value: .required("regex"), help: "Topics to compare: a regular expression over the whole name", default: ".*",
                completion: .topic),
            Option(
                "time", value: .required("time"),
                help: "Where to begin: -1 (at the end), -2 (at the beginning), or at the first record at or after a time in milliseconds since "
                    + "1970-01-01 UTC", default: "-1", completion: .words(["-1", "-2"])),
            Option("report-interval-ms", value: .required("ms"), help: "How often the largest lag is printed", default: "30000"),
        ],
        sections: [VerificationRun.lags.section, VerificationRun.mismatches.section],
        notes: [
            "Each broker is asked for its own replica, whoever leads the partition. What is committed is compared by the offset at which each batch ends "
                + "and by its checksum. The lag is how many committed records have not been compared yet.",
            "A checksum that differs is printed and the comparison goes on. Batches that end at different offsets end the command, with exit code 1: "
                + "replicas of a compacted topic may differ so without being damaged.",
            "While a broker is down, its partitions wait, and standard error says so. A partition without a record as late as --time begins at its end.",
            "Exit code 130 and 143 after Ctrl-C and SIGTERM. Kafka has deprecated its tool.",
        ],
        examples: [
            "--broker-list localhost:9092 --topics-include orders --time -2",
            "--broker-list localhost:9092 --report-interval-ms 1000 --output jsonl",
        ])

    /// What the options say.
    struct Settings {
        let fetchBytes: Int32
        let maxWaitMs: Int32
        let topics: TopicFilter
        let start: OffsetSpec
        let reportIntervalMs: Int64
    }

    static func settings(_ options: ParsedOptions) throws(ToolError) -> Settings {
        try options.requirePresent("broker-list")
        _ = try options.checkedBootstrapServers()
        let time = try options.long("time") ?? -1
        let start: OffsetSpec =
            switch time {
            case OffsetSpec.latest.wire: .latest
            case OffsetSpec.earliest.wire: .earliest
            case 0...: .timestamp(time)
            default: throw .invalid("--time is -1, -2 or a number of milliseconds, not \(time)")
            }
        return Settings(
            fetchBytes: try options.int("fetch-size") ?? 0, maxWaitMs: try options.int("max-wait-ms") ?? 0,
            topics: try TopicFilter(options.requiredString("topics-include")), start: start, reportIntervalMs: try options.long("report-interval-ms") ?? 0)
    }

    private static func run(_ context: ToolContext) throws -> ExitCode {
        let settings = try settings(context.options)
        let session = try context.openSession(context.clientConfig(clientId: "replica-verification"))
        defer { session.close() }
        var run = try VerificationRun(settings, context, session.admin, patienceMs: session.core.config.requestTimeoutMs)
        return try run.perform()
    }
}
