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
