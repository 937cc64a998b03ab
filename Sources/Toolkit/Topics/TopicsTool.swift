import ClientDriver
import KafkaClient
import KafkaProtocol
import Vocabulary

/// `ottla topics`, Kafka's `kafka-topics`: create, list, describe, alter and delete topics.
public enum TopicsTool {
    /// The tool.
    public static let tool = Tool(command) { context in try run(context) }

    /// What the command line looks like.
    public static let command = Command(
        name: "topics", kafkaName: "kafka-topics",
        purpose: "Create, list, describe, change or delete topics.",
        options: actions + selection + creation + reports + [.bootstrapServer, .commandConfig],
        sections: [Topics.topics.section, Topics.descriptions.section, Topics.partitions.section],
        notes: [
            "Exactly one of --create, --list, --describe, --alter and --delete says what to do.",
            "For --create the value of --topic is a name. For the other actions it is a regular expression in Java's syntax that must match the whole name; commas stand for alternatives, so 'a,b' means both a and b.",
        ],
        examples: [
            "--bootstrap-server localhost:9092 --create --topic orders --partitions 3",
            "--bootstrap-server localhost:9092 --list",
            "--bootstrap-server localhost:9092 --describe --topic orders",
            "--bootstrap-server localhost:9092 --alter --topic orders --partitions 6",
            "--bootstrap-server localhost:9092 --delete --topic 'test-.*'",
        ])

    private static let actions = [
        Option("create", help: "Create a topic"),
        Option("list", help: "List the names of topics, one a line"),
        Option("describe", help: "Show partitions, leaders, replicas and settings of topics"),
        Option("alter", help: "Give topics more partitions"),
        Option("delete", help: "Delete topics and all their records"),
    ]

    private static let selection = [
        Option("topic", value: .required("name"), help: "Topic to create, or a regular expression that selects existing topics", completion: .topic),
        Option("topic-id", value: .required("id"), help: "Describe the topic with this id; goes before --topic"),
        Option("if-exists", help: "With --alter, --delete or --describe: no error when no topic matches"),
        Option("if-not-exists", help: "With --create: no error when the topic exists already"),
        Option("exclude-internal", help: "Leave internal topics such as __consumer_offsets out of --list and --describe"),
    ]

    private static let creation = [
        Option("partitions", value: .required("count"), help: "Number of partitions: of the new topic (the broker's default otherwise), or after --alter"),
        Option("replication-factor", value: .required("count"), help: "Replicas of each partition of the new topic (the broker's default otherwise)"),
        Option(
            "replica-assignment", value: .required("id:id,id:id,..."),
            help: "Brokers that hold each partition: partitions are separated by commas, the replicas of one by colons"),
        Option(
            "config", value: .required("key=value"), help: "Setting of the new topic, such as retention.ms=60000", repeatable: true,
            completion: .setting(.topic)),
        Option("delete-config", value: .required("key"), help: "No longer does anything", repeatable: true, hidden: true),
    ]

    private static let reports = [
        Option("topics-with-overrides", help: "Describe: only topics with settings that are not Kafka's defaults, without their partitions"),
        Option("under-replicated-partitions", help: "Describe: only partitions with fewer in-sync replicas than replicas"),
        Option("unavailable-partitions", help: "Describe: only partitions without a live leader"),
        Option("under-min-isr-partitions", help: "Describe: only partitions with fewer in-sync replicas than min.insync.replicas"),
        Option("at-min-isr-partitions", help: "Describe: only partitions with exactly min.insync.replicas in-sync replicas"),
        Option(
            "partition-size-limit-per-response", value: .required("count"),
            help: "Describe: partitions that one answer of the broker may hold; changes nothing in the output"),
    ]

    private static func run(_ context: ToolContext) throws -> ExitCode {
        try TopicsRules.check(context)
        if context.options.has("delete-config") {
            context.error.line("--delete-config no longer does anything; kafka-configs changes the settings of a topic")
        }
        let session = try context.openSession(context.clientConfig(clientId: "adminclient-1"))
        defer { session.close() }
        do {
            let topics = Topics(context: context, session: session)
            switch try TopicsRules.action(context.options) {
            case .create: try topics.create()
            case .list: try topics.list()
            case .describe: try topics.describe()
            case .alter: try topics.alter()
            case .delete: try topics.delete()
            }
            return .done
        } catch let failure as ClientError {
            if failure.kind == .interrupted || failure.kind == .configuration { throw failure }
            let line = ToolError(failure, message: "\(failure.description) [\(failure.exceptionName)]")
            throw shown(line, failure.message, reason: failure.reason, context)
        } catch let failure as ToolError where !failure.showUsage {
            throw shown(failure, failure.message, reason: nil, context)
        }
    }

    /// Kafka reports failures of the command itself on standard output; standard error gets the same with its cause.
    private static func shown(_ failure: ToolError, _ message: String, reason: String?, _ context: ToolContext) -> ToolError {
        let program = context.invocation.program
        return failure.prefixed("\(program): ")
            .onOutput("Error while executing topic command : \(message)", reason: reason.map { "\(program): \($0)" })
    }
}

/// One call of the tool: where its actions (a file each) find the options, the cluster and the output.
struct Topics {
    let context: ToolContext
    let session: ClientSession

    var options: ParsedOptions { context.options }
    var admin: Admin { session.admin }

    /// The topics that `--topic` and `--exclude-internal` select, sorted by name.
    func selected() throws -> [TopicListing] {
        let filter = try options.string("topic").map { try TopicFilter($0) }
        let excludesInternal = options.has("exclude-internal")
        return try admin.listTopics().filter { topic in
            if excludesInternal, topic.isInternal || TopicName.isInternal(topic.name) { return false }
            return filter?.matches(topic.name) ?? true
        }
    }

    /// The selected topics; none at all is an error unless `--if-exists` is given or nothing was asked for by name.
    func selectedOrMissing() throws -> [TopicListing] {
        let topics = try selected()
        let wanted = try options.string("topic") ?? ""
        if topics.isEmpty, !wanted.isEmpty, !options.has("if-exists") { throw ToolError.notFound("Topic '\(wanted)' does not exist as expected") }
        return topics
    }
}
