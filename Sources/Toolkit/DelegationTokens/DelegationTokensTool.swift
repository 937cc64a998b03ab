import ClientDriver
import KafkaClient
import KafkaProtocol
import Security

/// `ottla delegation-tokens`, Kafka's `kafka-delegation-tokens`: secrets with which others can log in on somebody's behalf for a while.
enum DelegationTokensTool {
    static let tool = Tool(command) { context in try run(context) }

    static let command = Command(
        name: "delegation-tokens", kafkaName: "kafka-delegation-tokens", purpose: "Create, renew, expire or describe delegation tokens.",
        options: [
            .bootstrapServer, .commandConfig, Option("create", help: "Create a token"), Option("renew", help: "Renew a token"),
            Option("expire", help: "Let a token end"), Option("describe", help: "Show the tokens that you own or may describe, or those of the owners given"),
            Option(
                "owner-principal", value: .optional("type:name"), help: "With --create: whom the token stands for; yourself otherwise. With --describe: owners",
                repeatable: true),
            Option(
                "renewer-principal", value: .optional("type:name"), help: "With --create: who may renew the token beside its owner", repeatable: true),
            Option(
                "max-life-time-period", value: .optionalNumber("ms"),
                help: "With --create: after how many milliseconds the token ends whatever happens; -1 for the brokers' delegation.token.max.lifetime.ms"),
            Option(
                "renew-time-period", value: .optionalNumber("ms"),
                help: "With --renew: for how many milliseconds from now; -1 for the brokers' delegation.token.expiry.time.ms"),
            Option(
                "expiry-time-period", value: .optionalNumber("ms"), help: "With --expire: after how many milliseconds the token ends; -1 for at once"),
            Option("hmac", value: .optional("base64"), help: "With --renew and --expire: the token, as --create and --describe show it"),
        ],
        sections: [DelegationTokens.tokens.section, DelegationTokens.expiries.section],
        notes: [
            "Tokens are given to clients that are authenticated by other means, so --command-config is needed, and the brokers must have a "
                + "delegation.token.secret.key. A client logs in with a token by SASL/SCRAM: the token's id is the user name, its HMAC the password, and "
                + "tokenauth=true stands in the JAAS configuration.",
            "Kafka's own tool shows no token at all when --describe names no owner. Here it shows what its help promises.",
            "Dates are those of the local time zone.",
        ],
        examples: [
            "--bootstrap-server localhost:9092 --command-config alice.properties --create --max-life-time-period -1 --renewer-principal User:bob",
            "--bootstrap-server localhost:9092 --command-config alice.properties --describe",
            "--bootstrap-server localhost:9092 --command-config bob.properties --renew --renew-time-period 86400000 --hmac BASE64",
            "--bootstrap-server localhost:9092 --command-config alice.properties --expire --expiry-time-period -1 --hmac BASE64",
        ])

    private enum Action: String, CaseIterable { case create, renew, expire, describe }

    /// Which options go together, in Kafka's order of checks and with its texts.
    private static func check(_ options: ParsedOptions) throws(ToolError) -> Action {
        let actions = Action.allCases.filter { options.has($0.rawValue) }
        guard let action = actions.first, actions.count == 1 else {
            throw .usage("Command must include exactly one action: --create, --renew, --expire or --describe")
        }
        try options.requirePresent("bootstrap-server", "command-config")
        switch action {
        case .create:
            try options.requirePresent("max-life-time-period")
            try options.forbid("create", with: ["hmac", "renew-time-period", "expiry-time-period"])
        case .renew:
            try options.requirePresent("hmac", "renew-time-period")
            try options.forbid("renew", with: ["renewer-principal", "max-life-time-period", "expiry-time-period", "owner-principal"])
        case .expire:
            try options.requirePresent("hmac", "expiry-time-period")
            try options.forbid("expire", with: ["max-life-time-period", "renew-time-period", "owner-principal"])
        case .describe:
            try options.forbid("describe", with: ["renew-time-period", "max-life-time-period", "hmac", "expiry-time-period"])
        }
        return action
    }

    private static func run(_ context: ToolContext) throws -> ExitCode {
        let action = try check(context.options)
        let session = try context.openSession(context.clientConfig(clientId: "adminclient-1"))
        defer { session.close() }
        let tokens = DelegationTokens(context: context, admin: session.admin)
        switch action {
        case .create: try tokens.create()
        case .renew: try tokens.renew()
        case .expire: try tokens.expire()
        case .describe: try tokens.describe()
        }
        return .done
    }
}
