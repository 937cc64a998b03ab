import ClientDriver
import KafkaClient
import KafkaProtocol
import Vocabulary

/// `ottla client-metrics`, Kafka's `kafka-client-metrics`: which clients push which metrics to the brokers (KIP-714).
enum ClientMetricsTool {
    static let tool = Tool(command) { context in try run(context) }

    static let command = Command(
        name: "client-metrics", kafkaName: "kafka-client-metrics", purpose: "Show or change which clients push which metrics to the brokers.",
        options: [
            Option("list", help: "List the names of subscriptions, one a line"),
            Option("describe", help: "Show the settings of a subscription, or of all"),
            Option("alter", help: "Make or change a subscription"),
            Option("delete", help: "Remove a subscription"),
            Option("name", value: .required("name"), help: "The subscription"),
            Option("generate-name", help: "Alter: make a new subscription with a random name"),
            Option("metrics", value: .required("prefix,..."), help: "Beginnings of the names of metrics to push; an empty text for none", repeatable: true),
            Option("interval", value: .required("ms"), help: "Milliseconds between two pushes; an empty text for the default"),
            Option(
                "match", value: .required("key=regex,..."),
                help: "Which clients push, all if left out. Keys: \(selectors.joined(separator: ", "))", repeatable: true,
                completion: .words(selectors.map { "\($0)=" })),
            .bootstrapServer, .commandConfig,
        ],
        sections: [subscriptions.section, configs.section],
        notes: ["Exactly one of --list, --describe, --alter and --delete says what to do. A subscription without settings is no longer there."],
        examples: [
            "--bootstrap-server localhost:9092 --list",
            "--bootstrap-server localhost:9092 --alter --name all --metrics org.apache.kafka. --interval 30000 --match client_id=app.*",
            "--bootstrap-server localhost:9092 --describe --name all",
            "--bootstrap-server localhost:9092 --delete --name all",
        ])

    private static let selectors = [
        "client_id", "client_instance_id", "client_software_name", "client_software_version", "client_source_address", "client_source_port",
    ]

    static let subscriptions = Shape<String>("subscriptions", "a subscription", text: .lines { $0 }, [Column("name", "name of the subscription") { $0 }])

    /// The same as the heading of its settings.
    static let headings = Shape<String>(
        "subscriptions", "a subscription", text: .lines { "Client metrics configs for \($0) are:" }, [Column("name", "name of the subscription") { $0 }])

    static let configs = Shape<(name: String, entry: ConfigEntry)>(
        "configs", "a setting of a subscription", text: .lines { "  \($0.entry.name)=\($0.entry.value ?? "null")" },
        [
            Column("subscription", "name of the subscription") { $0.name },
            Column("name", "name of the setting") { $0.entry.name },
            Column("value", "its value") { $0.entry.value },
        ])

    private static func run(_ context: ToolContext) throws -> ExitCode {
        let action = try ClientMetricsRules.check(context.options)
        let program = context.invocation.program
        let config = try context.clientConfig(clientId: "adminclient-1")
        do {
            let session = try context.openSession(config)
            defer { session.close() }
            var admin = session.admin
            admin.timeoutMs = min(30_000, config.defaultApiTimeoutMs)
            try perform(action, context, admin)
            return .done
        } catch let failure as ClientError where failure.kind != .interrupted {
            throw ToolError(failure, message: "\(program): \(failure) [\(failure.exceptionName)]")
                .onOutput("Error while executing client metrics command : \(failure.message)", reason: failure.reason.map { "\(program): \($0)" })
        }
    }

    private static func perform(_ action: ClientMetricsRules.Action, _ context: ToolContext, _ admin: Admin) throws {
        let name = try context.options.string("name")
        switch action {
        case .list:
            let names = try admin.listConfigResources(.clientMetrics).map(\.name)
            context.report.add(names, as: subscriptions)
            // Kafka prints the lines as one text.
            if names.isEmpty { context.report.decorate("\n") }
        case .describe: try describe(name, context, admin)
        case .alter:
            var random = SystemRandomNumberGenerator()
            let target = name ?? Uuid.random(using: &random).description
            try admin.alterConfigs(ConfigResource(.clientMetrics, target), changes(context.options))
            context.report.say("Altered client metrics config for \(target).")
        case .delete:
            let resource = ConfigResource(.clientMetrics, name ?? "")
            try admin.alterConfigs(resource, settings(of: [resource.name], admin)[0].entries.map { .delete($0.name) })
            context.report.say("Deleted client metrics config for \(resource.name).")
        }
    }

    /// The settings of subscriptions, asked for at once.
    private static func settings(of names: [String], _ admin: Admin) throws -> [(name: String, entries: [ConfigEntry])] {
        let answers = try admin.describeConfigs(names.map { ConfigResource(.clientMetrics, $0) })
        return try names.map { name in
            (name, try (answers[ConfigResource(.clientMetrics, name)] ?? .failure(ClientError(code: .unknownServerError))).get())
        }
    }

    private static func describe(_ name: String?, _ context: ToolContext, _ admin: Admin) throws {
        var names = try admin.listConfigResources(.clientMetrics).map(\.name)
        if let name {
            if !names.contains(name) {
                let text = "The client metric resource \(name) doesn't exist and doesn't have dynamic config."
                throw ToolError.notFound("\(context.invocation.program): \(text)").onOutput(text)
            }
            names = [name]
        }
        context.report.add([], as: headings)
        context.report.add([], as: configs)
        for (name, entries) in try settings(of: names, admin) {
            context.report.add(name, as: headings)
            context.report.add(entries.map { (name, $0) }, as: configs)
        }
    }

    /// What was given, in order; an empty text takes a setting away.
    private static func changes(_ options: ParsedOptions) throws(ToolError) -> [ConfigChange] {
        var changes: [ConfigChange] = []
        func add(_ name: String, _ value: String?) {
            if let value { changes.append(value.isEmpty ? .delete(name) : .set(name, value)) }
        }
        add("interval.ms", try options.string("interval"))
        for (option, name) in [("metrics", "metrics"), ("match", "match")] where options.has(option) {
            add(name, options.all(option).flatMap { $0.split(separator: ",") }.joined(separator: ","))
        }
        return changes
    }
}
