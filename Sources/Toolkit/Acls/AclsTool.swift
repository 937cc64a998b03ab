import ClientDriver
import KafkaClient
import Security

/// `ottla acls`, Kafka's `kafka-acls`: who may do what with which resources.
enum AclsTool {
    static let tool = Tool(command) { context in try run(context) }

    static let command = Command(
        name: "acls", kafkaName: "kafka-acls", purpose: "List, add or remove access control lists.",
        options: actions + [.bootstrapServer, .bootstrapController, commandConfig] + resources + entries,
        sections: [Acls.acls.section, Acls.creations.section, Acls.deletions.section],
        notes: [
            "An entry allows or denies a principal, from a host, an operation on the resources that a pattern stands for. Where no entry fits, access is "
                + "denied (but for the cluster's super users), and an entry that denies wins over those that allow.",
            "--producer and --consumer stand for the operations that a producer and a consumer need: WRITE, DESCRIBE and CREATE on topics, WRITE and "
                + "DESCRIBE on transactional ids; READ and DESCRIBE on topics, READ on groups. Both may be given together.",
            "--remove without --allow-principal and --deny-principal removes all entries of the resource. It asks before; without a terminal, --force is "
                + "needed.",
            "The order of entries that Kafka's tool prints changes from call to call. Here resources are sorted by type and name, entries by principal.",
        ],
        examples: [
            "--bootstrap-server localhost:9092 --list",
            "--bootstrap-server localhost:9092 --add --allow-principal User:alice --operation Read --operation Describe --topic orders",
            "--bootstrap-server localhost:9092 --add --allow-principal User:alice --consumer --topic orders --group billing",
            "--bootstrap-server localhost:9092 --add --deny-principal User:eve --deny-host 10.0.0.1 --topic pay --resource-pattern-type prefixed",
            "--bootstrap-server localhost:9092 --remove --allow-principal User:alice --operation Read --topic orders --force",
        ])

    private static let actions = [
        Option("list", help: "List entries: of the resources that are named, or all"), Option("add", help: "Add entries"),
        Option("remove", help: "Remove entries"), Option("force", help: "With --remove: do not ask"),
    ]

    private static let commandConfig = Option(
        "command-config", value: .optional("file"), help: Option.commandConfig.help, completion: .file)

    private static let resources = [
        Option("topic", value: .required("name"), help: "A topic, or '*' for all", repeatable: true, completion: .topic),
        Option("group", value: .required("name"), help: "A group, or '*' for all", repeatable: true, completion: .group),
        Option("cluster", help: "The cluster as a whole"),
        Option(
            "transactional-id", value: .required("id"), help: "A transactional id, or '*' for all", repeatable: true, completion: .transactionalId),
        Option("delegation-token", value: .required("id"), help: "A delegation token, or '*' for all", repeatable: true),
        Option(
            "user-principal", value: .required("type:name"), help: "A user as a resource: for whom tokens may be made or described", repeatable: true),
        Option(
            "resource-pattern-type", value: .required("type"),
            help: "literal: exactly these names; prefixed: all that begin so. For --list and --remove also any: both kinds of patterns with this name; "
                + "match: all patterns that fit the resource",
            default: AclPatternType.literal.name, completion: .words(["literal", "prefixed", "any", "match"])),
    ]

    private static let entries = [
        Option(
            "operation", value: .required("operation"), help: "What is allowed or denied", default: AclOperation.all.word, repeatable: true,
            completion: .words(AclOperation.allCases.filter { $0 != .unknown && $0 != .any }.map(\.word))),
        Option("allow-principal", value: .required("type:name"), help: "Who is allowed, such as User:alice, or User:* for everybody", repeatable: true),
        Option("deny-principal", value: .required("type:name"), help: "Who is denied", repeatable: true),
        Option(
            "allow-host", value: .required("address"), help: "From where those of --allow-principal are allowed; from everywhere otherwise", repeatable: true),
        Option(
            "deny-host", value: .required("address"), help: "From where those of --deny-principal are denied; from everywhere otherwise", repeatable: true),
        Option("producer", help: "What a producer needs on topics and transactional ids, instead of --operation"),
        Option("consumer", help: "What a consumer needs on topics and groups, instead of --operation"),
        Option("idempotent", help: "With --producer: also IDEMPOTENT_WRITE on the cluster, which old brokers ask for"),
        Option("principal", value: .optional("type:name"), help: "With --list: only entries of this principal", repeatable: true),
    ]

    private static func run(_ context: ToolContext) throws -> ExitCode {
        let action = try AclsRules.check(context.options)
        do {
            let session = try openSession(context)
            defer { session.close() }
            let acls = Acls(context: context, admin: session.admin)
            return switch action {
            case .list: try acls.list()
            case .add: try acls.add()
            case .remove: try acls.remove()
            }
        } catch let failure as ClientError {
            if failure.kind == .interrupted { throw failure }
            throw AclFailure.of(failure).named(context)
        } catch let failure as ToolError where !failure.showUsage {
            throw (failure.kafkaOutput == nil ? AclFailure.of(failure, text: failure.message) : failure).named(context)
        }
    }

    private static func openSession(_ context: ToolContext) throws -> ClientSession {
        if let path = try context.options.string("command-config") {
            do { _ = try context.readProperties(path) } catch { throw AclFailure.of(error, text: path) }
        }
        return try context.openSession(context.clientConfig(clientId: "adminclient-1"))
    }
}

/// Kafka's tool reports every failure but those of usage on standard output.
enum AclFailure {
    static func of(_ failure: ToolError, text: String) -> ToolError {
        failure.onOutput("Error while executing ACL command: \(text)", reason: failure.message == text ? nil : failure.message)
    }

    /// A call that failed, in the words of Java's exception.
    static func of(_ failure: ClientError, exit: ExitCode? = nil) -> ToolError {
        var error = ToolError(failure)
        if let exit { error.exit = exit }
        let isLate = failure.kind == .configuration && !failure.isInvalidValue
        let text = isLate ? "Failed to create new KafkaAdminClient" : failure.kind == .configuration ? failure.message : failure.javaDescription
        error = of(error, text: text)
        if !isLate { error.reason = failure.reason }
        return error
    }
}

extension ToolError {
    /// With the program's name before what standard error gets.
    fileprivate func named(_ context: ToolContext) -> ToolError {
        let name = "\(context.invocation.program): "
        var failure = prefixed(name)
        failure.reason = reason.map { name + $0 }
        return failure
    }
}

extension AclOperation {
    /// The word that the command line takes for it, such as `DescribeConfigs`.
    var word: String { name.split(separator: "_").map { $0.prefix(1) + $0.dropFirst().lowercased() }.joined() }

    /// The operation of a word, whatever its letters' case; unknown for others.
    init(word: String) {
        let wanted = word.uppercased()
        self = Self.allCases.first { $0.name.filter { $0 != "_" } == wanted } ?? .unknown
    }
}
