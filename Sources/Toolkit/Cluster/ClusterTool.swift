import KafkaClient

/// `kafka-cluster`: the cluster's id, its nodes, and the end of a broker's registration.
enum ClusterTool {
    static let tool = Tool(command) { context in try run(context) }

    static let command = Command(
        name: "cluster", kafkaName: "kafka-cluster", purpose: "Show the cluster's id and nodes, and remove brokers that are gone.", dialect: .argparse,
        options: [], subcommands: [clusterId, unregister, listEndpoints],
        examples: [
            "cluster-id --bootstrap-server localhost:9092", "list-endpoints --bootstrap-server localhost:9092",
            "list-endpoints --bootstrap-controller localhost:9093", "unregister --bootstrap-server localhost:9092 --id 3",
        ])

    private static let connection: [Option] = [
        Option("bootstrap-server", "b", value: .required("host:port,..."), help: "Brokers to ask first; the others are learned from them"),
        Option("bootstrap-controller", "C", value: .required("host:port,..."), help: "Controllers to ask, instead of --bootstrap-server"),
        Option("command-config", "config", "c", value: .required("file"), help: "Java properties file with client settings", completion: .file),
    ]

    private static let clusterId = Command(
        name: "cluster-id", purpose: "Show the cluster's id.", dialect: .argparse, options: connection, sections: [ClusterQuestions.ids.section])

    private static let unregister = Command(
        name: "unregister", purpose: "Remove a broker that is gone for good from the metadata.", dialect: .argparse,
        options: connection + [Option("id", "i", value: .required("id"), help: "The broker's id", required: true, completion: .broker)])

    private static let listEndpoints = Command(
        name: "list-endpoints", purpose: "Show where the nodes are.", dialect: .argparse,
        options: connection + [Option("include-fenced-brokers", help: "Show brokers that are fenced as well")],
        sections: [ClusterQuestions.endpoints(isController: false).section])

    private static func run(_ context: ToolContext) throws -> ExitCode {
        let options = context.options
        guard options.has("bootstrap-server") || options.has("bootstrap-controller") else {
            throw ToolError.usage("one of the arguments --bootstrap-server/-b --bootstrap-controller/-C is required").within(options.subcommand)
        }
        let spellings = options.spellings("command-config")
        if spellings.count > 1, spellings.contains("config") { throw ToolError.invalid("--config and --command-config cannot be specified together.") }
        context.notice(
            "Option --config has been deprecated and will be removed in a future version. Use --command-config instead.", if: spellings.contains("config"))
        let isController = options.has("bootstrap-controller")
        let fenced = options.has("include-fenced-brokers")
        if isController, fenced { throw ToolError.invalid("The option --include-fenced-brokers is only supported with --bootstrap-server option") }
        let broker = try options.int("id")
        let session = try context.openSession(context.clientConfig(clientId: "adminclient-1"))
        defer { session.close() }
        let questions = ClusterQuestions(context: context, admin: session.admin)
        switch options.subcommand {
        case clusterId.name: return try questions.showId()
        case unregister.name: return try questions.unregister(broker ?? -1)
        default: return try questions.listEndpoints(isController: isController, fenced: fenced)
        }
    }
}
