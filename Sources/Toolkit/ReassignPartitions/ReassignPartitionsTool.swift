import KafkaClient
import Vocabulary

/// `kafka-reassign-partitions`: moves replicas to other brokers and directories.
enum ReassignPartitionsTool {
    static let tool = Tool(command) { context in try run(context) }

    private static let actions = ["generate", "execute", "verify", "cancel", "list"]

    static let command = Command(
        name: "reassign-partitions", kafkaName: "kafka-reassign-partitions", purpose: "Move replicas to other brokers or directories.",
        options: [
            .bootstrapServer,
            Option(
                "bootstrap-controller", value: .optional("host:port,..."), help: "With --cancel and --list: controllers to ask, instead of --bootstrap-server"),
            .commandConfig, Option("generate", help: "Propose where topics' replicas could be; nothing is moved"),
            Option("execute", help: "Begin to move replicas"), Option("verify", help: "Show how far the moves are, and lift the throttle when they are done"),
            Option("cancel", help: "End moves that are under way"), Option("list", help: "List moves that are under way"),
            Option("topics-to-move-json-file", value: .required("file"), help: #"The topics, as {"topics":[{"topic":"t"}],"version":1}"#, completion: .file),
            Option(
                "reassignment-json-file", value: .required("file"),
                help: #"The plan, as {"partitions":[{"topic":"t","partition":0,"replicas":[1,2],"log_dirs":["any","any"]}],"version":1}"#, completion: .file),
            Option("broker-list", value: .required("id,..."), help: "Brokers that may hold the replicas", completion: .broker),
            Option("disable-rack-aware", help: "Pay no heed to racks"),
            Option("throttle", value: .required("bytes/s"), help: "Limit the moves between brokers", default: "-1"),
            Option("replica-alter-log-dirs-throttle", value: .required("bytes/s"), help: "Limit the moves between directories", default: "-1"),
            Option("timeout", value: .required("ms"), help: "How long to wait for moves between directories to begin", default: "10000"),
            Option("additional", help: "Begin although other moves are under way, or change their throttle"),
            Option("disallow-replication-factor-change", help: "Refuse plans that change the number of replicas"),
            Option("preserve-throttles", help: "Leave throttles as they are"),
        ],
        sections: [
            Reassignments.assignments.section, Reassignments.states.section, Reassignments.moves.section, Reassignments.running.section,
        ],
        examples: [
            "--bootstrap-server localhost:9092 --generate --topics-to-move-json-file topics.json --broker-list 1,2,3",
            "--bootstrap-server localhost:9092 --execute --reassignment-json-file plan.json --throttle 10000000",
            "--bootstrap-server localhost:9092 --verify --reassignment-json-file plan.json", "--bootstrap-server localhost:9092 --list",
        ])

    /// What each action needs, and what it may have beside the connection's options.
    private static let rules: [String: (needs: [String], takes: [String])] = [
        "verify": (["reassignment-json-file"], ["bootstrap-server", "command-config", "preserve-throttles"]),
        "generate": (["topics-to-move-json-file", "broker-list"], ["bootstrap-server", "command-config", "disable-rack-aware"]),
        "execute": (
            ["reassignment-json-file"],
            [
                "additional", "bootstrap-server", "command-config", "throttle", "replica-alter-log-dirs-throttle", "timeout",
                "disallow-replication-factor-change",
            ]
        ),
        "cancel": (["reassignment-json-file"], ["bootstrap-server", "bootstrap-controller", "command-config", "preserve-throttles", "timeout"]),
        "list": ([], ["bootstrap-server", "bootstrap-controller", "command-config"]),
    ]

    /// The one action.
    private static func check(_ options: ParsedOptions) throws(ToolError) -> String {
        let given = actions.filter { options.has($0) }
        guard given.count == 1, let action = given.first, let rule = rules[action] else {
            throw .usage("Command must include exactly one action: \(actions.map { "--\($0)" }.joined(separator: ", "))")
        }
        switch (options.has("bootstrap-server"), options.has("bootstrap-controller")) {
        case (true, true): throw .usage("Please don't specify both --bootstrap-server and --bootstrap-controller")
        case (false, false): throw .usage("Please specify either --bootstrap-server or --bootstrap-controller")
        default: break
        }
        for name in rule.needs { try options.requirePresent(name) }
        for option in command.options where options.has(option.name) && option.name != action {
            if !rule.needs.contains(option.name), !rule.takes.contains(option.name) {
                throw .usage("Option \"[\(option.name)]\" can't be used with action \"[\(action)]\"")
            }
        }
        return action
    }

    private static func run(_ context: ToolContext) throws -> ExitCode {
        let action = try check(context.options)
        do {
            let config = try context.clientConfig(clientId: "reassign-partitions-tool")
            let session = try context.openSession(config)
            defer { session.close() }
            let run = Reassignments(context: context, admin: session.admin)
            switch action {
            case "generate": try run.generate()
            case "execute": try run.execute()
            case "verify": try run.verify()
            case "cancel": try run.cancel()
            default: try run.list()
            }
            return .done
        } catch let failure as ClientError {
            if failure.kind == .interrupted { throw failure }
            throw ToolError(failure).onOutput("Error: \(failure.javaDescription)", reason: failure.reason)
        } catch let failure as ToolError {
            if failure.showUsage || failure.kafkaOutput != nil { throw failure }
            throw failure.onOutput("Error: \(failure.message)")
        }
    }
}

/// One call of the tool: where its actions find the options, the cluster and the output.
struct Reassignments {
    let context: ToolContext
    let admin: Admin

    var options: ParsedOptions { context.options }
    var report: Report { context.report }

    /// The plan in `--reassignment-json-file`.
    func plan() throws -> ReassignmentPlan {
        let path = try options.requiredString("reassignment-json-file")
        return try ReassignmentPlan(Self.read(path, context))
    }

    static func read(_ path: String, _ context: ToolContext) throws(ToolError) -> JSONValue {
        do throws(ToolError) {
            return try context.readJSON(path)
        } catch {
            throw error.message.hasPrefix("java.io") ? .invalid("Unable to read file \(path)") : error
        }
    }

    /// A failure that Kafka prints without "Error:" before it.
    static func terse(_ text: String, exit: ExitCode = .failed) -> ToolError { ToolError(text, exit: exit).onOutput(text) }

    // MARK: Rows

    /// A partition where it is, or where it is proposed to be.
    struct Assignment {
        let kind: String
        let partition: TopicPartition
        let replicas: [Int32]
        let directories: [String]
    }

    static let assignments = Shape<Assignment>(
        "assignments", "a partition and its replicas", text: .none,
        [
            Column("kind", "current or proposed") { $0.kind }, Column("topic", "topic") { $0.partition.topic },
            Column("partition", "number of the partition") { $0.partition.partition }, Column("replicas", "ids of their brokers") { $0.replicas },
            Column("logDirs", "their directories, 'any' where none is known or wanted") { $0.directories },
        ])

    func show(_ assignment: [TopicPartition: [Int32]], _ directories: [PartitionReplica: String], kind: String) {
        let rows = assignment.sorted { $0.key < $1.key }.map { partition, replicas in
            Assignment(
                kind: kind, partition: partition, replicas: replicas,
                directories: replicas.map { directories[PartitionReplica(partition, broker: $0)] ?? ReassignmentPlan.anyDirectory })
        }
        report.add(rows, as: Self.assignments)
    }

    // MARK: What the cluster has

    /// The replicas of topics; a topic that is not there is an error.
    func replicas(of topics: [String]) throws -> [TopicPartition: [Int32]] {
        var replicas: [TopicPartition: [Int32]] = [:]
        for (name, result) in try admin.describeTopics(topics).sorted(by: { $0.key < $1.key }) {
            do throws(ClientError) {
                for partition in try result.get().partitions { replicas[TopicPartition(name, partition.index)] = partition.replicas }
            } catch {
                if error.code == .unknownTopicOrPartition { throw ClientError(code: .unknownTopicOrPartition, message: "Topic \(name) not found.") }
                throw error
            }
        }
        return replicas
    }

    /// The directories of replicas, now and after a move that is under way.
    func directories(of replicas: Set<PartitionReplica>) throws -> [PartitionReplica: (current: String?, future: String?)] {
        var found: [PartitionReplica: (current: String?, future: String?)] = [:]
        for (broker, answer) in admin.describeLogDirs(of: Set(replicas.map(\.broker)).sorted()).sorted(by: { $0.key < $1.key }) {
            for directory in try answer.get() where directory.errorCode == .none {
                for topic in directory.topics {
                    for state in topic.partitions {
                        let replica = PartitionReplica(TopicPartition(topic.name, state.partitionIndex), broker: broker)
                        if !replicas.contains(replica) { continue }
                        if state.isFutureKey { found[replica, default: (nil, nil)].future = directory.logDir }
                        if !state.isFutureKey { found[replica, default: (nil, nil)].current = directory.logDir }
                    }
                }
            }
        }
        return found
    }

    /// Where the replicas of an assignment lie.
    func currentDirectories(_ assignment: [TopicPartition: [Int32]]) throws -> [PartitionReplica: String] {
        let replicas = Set(assignment.flatMap { partition, brokers in brokers.map { PartitionReplica(partition, broker: $0) } })
        return try directories(of: replicas).compactMapValues(\.current)
    }
}
