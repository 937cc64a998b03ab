import KafkaClient
import KafkaProtocol
import Vocabulary

/// `kafka-log-dirs`: how large replicas are and in which directories of which brokers they lie.
enum LogDirsTool {
    static let tool = Tool(command) { context in try run(context) }

    static let command = Command(
        name: "log-dirs", kafkaName: "kafka-log-dirs", purpose: "Show the brokers' data directories and the replicas in them.",
        options: [
            .bootstrapServer, .commandConfig, Option("describe", help: "Describe the directories"),
            Option("topic-list", value: .required("topic,..."), help: "Show these topics only", default: "", completion: .topic),
            Option("broker-list", value: .required("id,..."), help: "Ask these brokers only", default: "", completion: .broker),
        ],
        sections: [directories.section, replicas.section],
        notes: ["The text is one line of JSON in Kafka's own shape; --output json has the same as rows, with the room that is left on each disk."],
        examples: ["--bootstrap-server localhost:9092 --describe", "--bootstrap-server localhost:9092 --describe --topic-list orders --output json"])

    /// A directory of a broker.
    struct Directory {
        let broker: Int32
        let directory: Admin.LogDirectory
    }

    /// A replica in a directory.
    struct Replica {
        let broker: Int32
        let directory: String
        let partition: TopicPartition
        let state: Admin.LogDirectory.DescribeLogDirsTopic.DescribeLogDirsPartition
    }

    static let directories = Shape<Directory>(
        "directories", "a data directory of a broker", text: .none,
        [
            Column("brokerId", "the broker") { $0.broker }, Column("logDir", "path of the directory on the broker's machine") { $0.directory.logDir },
            Column("error", "why it is not usable") { $0.directory.errorCode == .none ? nil : $0.directory.errorCode.exceptionClass },
            Column("totalBytes", "size of its disk; null when the broker does not say") { $0.directory.totalBytes < 0 ? nil : $0.directory.totalBytes },
            Column("usableBytes", "what of it can still be used") { $0.directory.usableBytes < 0 ? nil : $0.directory.usableBytes },
        ])

    static let replicas = Shape<Replica>(
        "replicas", "a replica in a data directory", text: .none,
        [
            Column("brokerId", "the broker") { $0.broker }, Column("logDir", "the directory") { $0.directory },
            Column("topic", "topic") { $0.partition.topic }, Column("partition", "number of the partition") { $0.partition.partition },
            Column("sizeBytes", "size of its segments") { $0.state.partitionSize },
            Column("offsetLag", "records by which it lags behind the replica that it follows") { $0.state.offsetLag },
            Column("isFuture", "whether it is on its way here from another directory") { $0.state.isFutureKey },
        ])

    private static func run(_ context: ToolContext) throws -> ExitCode {
        let options = context.options
        try options.requirePresent("bootstrap-server", "describe")
        let topics = try Set(list(options, "topic-list"))
        let wanted = try list(options, "broker-list").map { text throws(ToolError) in
            guard let id = Int32(java: text) else { throw ToolError.invalid("For input string: \"\(text)\"") }
            return id
        }
        let session = try context.openSession(context.clientConfig(clientId: "log-dirs-tool"))
        defer { session.close() }
        let known = try session.admin.allBrokers(call: "listNodes")
        let missing = Set(wanted).subtracting(known).sorted()
        if !missing.isEmpty {
            throw ToolError.notFound(
                "ERROR: The given brokers do not exist from --broker-list: \(text(missing)). Current existent brokers: \(text(known))")
        }
        let brokers = wanted.isEmpty ? known : Set(wanted).sorted()
        context.report.decorate("Querying brokers for log directories information\n")
        var found: [(Int32, [Admin.LogDirectory])] = []
        for (broker, answer) in session.admin.describeLogDirs(of: brokers).sorted(by: { $0.key < $1.key }) {
            found.append((broker, try answer.get().map { $0.only(topics) }))
        }
        context.report.decorate("Received log directory information from brokers \(text(brokers))\n\(json(found).text)\n")
        context.report.add(found.flatMap { broker, all in all.map { Directory(broker: broker, directory: $0) } }, as: directories)
        context.report.add(found.flatMap { broker, all in all.flatMap { rows(broker, $0) } }, as: replicas)
        return .done
    }

    private static func list(_ options: ParsedOptions, _ name: String) throws -> [String] {
        try options.requiredString(name).split(separator: ",").map(String.init)
    }

    private static func text(_ ids: [Int32]) -> String { ids.map(String.init).joined(separator: ",") }

    private static func rows(_ broker: Int32, _ directory: Admin.LogDirectory) -> [Replica] {
        directory.topics.flatMap { topic in
            topic.partitions.map {
                Replica(broker: broker, directory: directory.logDir, partition: TopicPartition(topic.name, $0.partitionIndex), state: $0)
            }
        }.sorted { $0.partition < $1.partition }
    }

    /// Kafka's own JSON, its members in Java's order of hashing.
    private static func json(_ found: [(Int32, [Admin.LogDirectory])]) -> JSONValue {
        .members([
            "brokers": .array(
                found.map { broker, all in
                    .members([
                        "broker": .int(Int64(broker)),
                        "logDirs": .array(
                            all.map { directory in
                                .members([
                                    "partitions": .array(rows(broker, directory).map(json)),
                                    "error": directory.errorCode == .none ? .null : .string(directory.errorCode.exceptionClass),
                                    "logDir": .string(directory.logDir),
                                ])
                            }),
                    ])
                }), "version": .int(1),
        ])
    }

    private static func json(_ replica: Replica) -> JSONValue {
        .members([
            "partition": .string(replica.partition.description), "size": .int(replica.state.partitionSize), "offsetLag": .int(replica.state.offsetLag),
            "isFuture": .bool(replica.state.isFutureKey),
        ])
    }
}

extension DescribeLogDirsResponse.DescribeLogDirsResult {
    /// The same with the replicas of some topics only; all for none.
    fileprivate func only(_ names: Set<String>) -> Self {
        var directory = self
        if !names.isEmpty { directory.topics.removeAll { !names.contains($0.name) } }
        return directory
    }
}
