import ClientDriver
import KafkaClient
import Vocabulary

/// `ottla configs`, Kafka's `kafka-configs`: settings of topics, brokers, groups and client metrics, quotas, and passwords for SCRAM.
enum ConfigsTool {
    static let tool = Tool(command) { context in try run(context) }

    static let command = Command(
        name: "configs", kafkaName: "kafka-configs", purpose: "Show or change settings of topics, brokers and groups, quotas, and passwords for SCRAM.",
        options: actions + entities + changes + [.bootstrapServer, .bootstrapController, .commandConfig],
        sections: [DescribeConfigs.entities.section, DescribeConfigs.configs.section, DescribeQuotas.quotas.section, DescribeQuotas.credentials.section],
        notes: [
            "Exactly one of --describe and --alter says what to do, and either --bootstrap-server or --bootstrap-controller whom to ask.",
            "--entity-type says what kind of thing has the settings: topics, brokers, broker-loggers, groups, client-metrics (settings), users, clients (quotas; of users also passwords), ips (quotas). Each has an option of its own: --topic NAME stands for --entity-type topics --entity-name NAME. Users and clients together mean quotas of a user's clients.",
            "Quotas: producer_byte_rate, consumer_byte_rate, request_percentage and controller_mutation_rate of users and clients, connection_creation_rate of ips. Passwords: SCRAM-SHA-256 and SCRAM-SHA-512, each as [iterations=8192,password=secret].",
            "Kafka's own tool says that a thing is not there and exits with 0; this one fails.",
        ],
        examples: [
            "--bootstrap-server localhost:9092 --topic orders --describe",
            "--bootstrap-server localhost:9092 --topic orders --alter --add-config 'retention.ms=60000,cleanup.policy=[compact,delete]'",
            "--bootstrap-server localhost:9092 --broker-defaults --alter --delete-config log.cleaner.threads",
            "--bootstrap-server localhost:9092 --user alice --alter --add-config 'SCRAM-SHA-256=[password=secret]'",
            "--bootstrap-server localhost:9092 --client-defaults --alter --add-config producer_byte_rate=1048576",
        ])

    private static let actions = [
        Option("describe", help: "Show settings: those made while the cluster runs, sorted by name"),
        Option("alter", help: "Change settings"),
        Option("all", help: "Describe: all settings, with those of the configuration file and the defaults"),
    ]

    private static let entities = [
        Option(
            "entity-type", value: .required("type"), help: "What has the settings: \(EntityType.allCases.map(\.rawValue).joined(separator: ", "))",
            repeatable: true, completion: .words(EntityType.allCases.map(\.rawValue))),
        Option(
            "entity-name", value: .required("name"), help: "Name of the thing; without one all are described", repeatable: true,
            completion: .entity),
        Option("entity-default", help: "In place of a name: the defaults of brokers, users, clients or ips", repeatable: true),
        Option("topic", value: .required("name"), help: "Settings of a topic", completion: .topic),
        Option("broker", value: .required("id"), help: "Settings of a broker", completion: .broker),
        Option("broker-defaults", help: "Settings of all brokers that have none of their own"),
        Option("broker-logger", value: .required("id"), help: "Levels of a broker's loggers", completion: .broker),
        Option("group", value: .required("group"), help: "Settings of a group", completion: .group),
        Option("client-metrics", value: .required("name"), help: "A subscription of clients' metrics"),
        Option("user", value: .required("name"), help: "Quotas and passwords of a user"),
        Option("user-defaults", help: "Quotas of all users that have none of their own"),
        Option("client", value: .required("id"), help: "Quotas of a client id"),
        Option("client-defaults", help: "Quotas of all client ids that have none of their own"),
        Option("ip", value: .required("address"), help: "Quotas of an address"),
        Option("ip-defaults", help: "Quotas of all addresses that have none of their own"),
    ]

    private static let changes = [
        Option(
            "add-config", value: .required("key=value,..."), help: "Settings to make; brackets keep commas together: k1=v1,k2=[a,b]",
            completion: .settings(.entity)),
        Option("add-config-file", value: .required("file"), help: "Java properties file with settings to make", completion: .file),
        Option(
            "delete-config", value: .required("key,..."), help: "Settings to forget, so that defaults hold again", repeatable: true,
            completion: .settingNames(.entity)),
    ]

    private static func run(_ context: ToolContext) throws -> ExitCode {
        let selection = try ConfigsRules.check(context.options)
        let isChange = context.options.has("alter")
        let program = context.invocation.program
        do {
            let config = try context.clientConfig(clientId: "adminclient-1")
            let changes = isChange ? try SettingChanges(context) : nil
            let session = try context.openSession(config)
            defer { session.close() }
            var admin = session.admin
            admin.timeoutMs = min(30_000, config.defaultApiTimeoutMs)
            if let changes {
                try alter(selection, changes, admin)
                context.report.say(verdict(selection))
            } else if let kind = selection.types[0].resource {
                try DescribeConfigs(context: context, admin: admin, type: selection.types[0], kind: kind).perform(selection.names.first)
            } else {
                return try DescribeQuotas(context: context, admin: admin).perform(selection)
            }
            return .done
        } catch let failure as ClientError where failure.kind != .interrupted {
            throw ToolError(failure, message: "\(program): \(failure) [\(failure.exceptionName)]")
        }
    }

    private static func alter(_ selection: EntitySelection, _ changes: SettingChanges, _ admin: Admin) throws {
        switch selection.types[0] {
        case .topics, .brokers, .brokerLoggers, .clientMetrics, .groups: try AlterConfigs(admin: admin).perform(selection, changes)
        case .users, .clients, .ips: try AlterQuotas(admin: admin).perform(selection, changes)
        }
    }

    private static func verdict(_ selection: EntitySelection) -> String {
        let type = selection.types[0]
        guard let name = selection.names.first, !name.isEmpty else { return "Completed updating default config for \(type.rawValue) in the cluster." }
        return "Completed updating config for \(type.singular) \(name)."
    }
}
