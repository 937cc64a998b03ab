@testable import KafkaClient
import KafkaProtocol
import Testing

@testable import Toolkit

private let server = ["--bootstrap-server", "127.0.0.1:1"]

private func options(_ words: String...) throws -> ParsedOptions { try JoptParser(ConfigsTool.command).parse(server + words) }

/// What a shape prints.
private func text<Row>(_ rows: [Row], _ shape: Shape<Row>, _ format: OutputFormat = .text) -> String {
    let sink = MemorySink()
    let output = OutputWriter(sink)
    Report(format, command: "test", to: output).add(rows, as: shape)
    output.flush()
    return sink.text
}

@Suite struct ConfigsToolTests {
    @Test(arguments: [
        (server, "Command must include exactly one action: --describe, --alter"),
        (server + ["--describe", "--alter"], "Command must include exactly one action: --describe, --alter"),
        (server + ["--topic", "t", "--describe", "--delete-config", "a"], "Option \"[describe]\" can't be used with option \"[delete-config]\""),
    ])
    func usageErrorsNameHelp(words: [String], message: String) {
        let ran = Ran(ConfigsTool.tool, words)
        #expect(ran.code == 1 && ran.output.isEmpty && ran.error.hasPrefix(message + "\nTry "))
    }

    @Test(arguments: [
        (["--topic", "x", "--describe"], "Either --bootstrap-server or --bootstrap-controller must be specified."),
        (
            server + ["--bootstrap-controller", "a:1", "--topic", "x", "--describe"],
            "Only one of --bootstrap-server or --bootstrap-controller can be specified"
        ),
        (server + ["--describe"], "At least one entity type must be specified"),
        (server + ["--describe", "--topic", "x", "--entity-type", "topics"], "Duplicate entity type(s) specified: topics"),
        (server + ["--describe", "--user", "x", "--ip", "127.0.0.1"], "Only 'users' and 'clients' entity types may be specified together"),
        (
            server + ["--describe", "--user", "x", "--entity-type", "clients"],
            "--entity-{type,name,default} should not be used in conjunction with specific entity flags"
        ),
        (server + ["--describe", "--broker", "1.5"], "The entity name for brokers must be a valid integer broker id, but it is: 1.5"),
        (server + ["--describe", "--broker-logger", "x"], "The entity name for broker-loggers must be a valid integer broker id, but it is: x"),
        (server + ["--describe", "--entity-type", "broker-loggers"], "An entity name must be specified with --describe of broker-loggers"),
        (server + ["--describe", "--entity-type", "topics", "--entity-default"], "--entity-default must not be specified with --describe of topics"),
        (server + ["--alter", "--entity-type", "groups", "--add-config", "a=b"], "An entity name must be specified with --alter of groups"),
        (
            server + ["--alter", "--entity-type", "users", "--add-config", "a=b"],
            "An entity-name or default entity must be specified with --alter of users, clients, brokers or ips"
        ),
        (
            server + ["--alter", "--entity-type", "users", "--entity-type", "clients", "--entity-name", "x", "--add-config", "a=b"],
            "An entity name must be specified for every entity type"
        ),
        (server + ["--alter", "--topic", "x"], "At least one of --add-config, --add-config-file, or --delete-config must be specified with --alter"),
        (
            server + ["--alter", "--topic", "x", "--add-config", "a=b", "--add-config-file", "f"],
            "Only one of --add-config or --add-config-file must be specified"
        ),
        (server + ["--alter", "--topic", "x", "--add-config", "a b=1"], "Invalid character found for config key: a b"),
        (
            server + ["--alter", "--user-defaults", "--add-config", "SCRAM-SHA-256=[password=x]"],
            "The use of --entity-default or --user-defaults is not allowed with User SCRAM Credentials using --bootstrap-server."
        ),
        (
            server + ["--alter", "--user", "u", "--add-config", "SCRAM-SHA-256=[password=x],producer_byte_rate=1"],
            "Cannot alter both quota and SCRAM credential configs simultaneously for 'users' using --bootstrap-server."
        ),
        (
            server + ["--alter", "--user", "u", "--client", "c", "--delete-config", "SCRAM-SHA-256"],
            "Only quota configs can be deleted for 'clients' using --bootstrap-server. Unexpected config names: ArrayBuffer(SCRAM-SHA-256)"
        ),
        (
            server + ["--alter", "--ip", "127.0.0.1", "--add-config", "a=1"],
            "Only connection quota configs can be added for 'ips' using --bootstrap-server. Unexpected config names: a"
        ),
    ])
    func wrongCommandLinesAreOneLine(words: [String], message: String) {
        let ran = Ran(ConfigsTool.tool, words, kafkaName: false)
        #expect(ran.code == 2 && ran.output.isEmpty && ran.error == message + "\n")
    }

    @Test func namesKeepTheOrderTyped() throws {
        let words = ["--describe", "--entity-type", "users", "--entity-default", "--entity-type", "clients", "--entity-name", "c1"]
        let selection = try ConfigsRules.check(JoptParser(ConfigsTool.command).parse(server + words))
        #expect(selection.types == [.users, .clients] && selection.names == ["", "c1"])
        let flags = try ConfigsRules.check(options("--user", "alice", "--client-defaults", "--describe"))
        #expect(flags.types == [.users, .clients] && flags.names == ["alice", ""])
        let client = try ConfigsRules.check(options("--user", "alice", "--client", "c1", "--describe"))
        #expect(client.types == [.clients, .users] && client.names == ["c1", "alice"])
    }

    @Test func anUnreachableBrokerIsNamed() {
        let ran = Ran(ConfigsTool.tool, server + ["--topic", "t", "--describe"], kafkaName: false)
        #expect(ran.code == 5 && ran.output.isEmpty)
        #expect(ran.error.hasPrefix("ottla configs: Timed out waiting for a node assignment. Call: listTopics (") && ran.error.contains("connection refused"))
    }

    @Test func bracketsKeepCommasTogether() throws {
        let pairs = try SettingChanges.pairs("retention.ms=1000, cleanup.policy = [compact,delete],k=,u=[a=b,c=d],")
        #expect(pairs.map(\.name) == ["retention.ms", "cleanup.policy", "k", "u"])
        #expect(pairs.map(\.value) == ["1000", "compact,delete", "", "a=b,c=d"])
        for wrong in ["", "a", "a=b=c", ",a=b", "a=[b],c"] { #expect(throws: ToolError.self) { try SettingChanges.pairs(wrong) } }
    }

    @Test(arguments: [
        ("password=secret", 4096, "secret"), ("iterations=8192,password=a,b=c", 8192, "a,b=c"), ("iterations=-1,password=", 4096, ""),
    ])
    func passwordsAreRead(word: String, iterations: Int32, password: String) throws {
        let credential = try AlterQuotas.credential(.sha256, word)
        #expect(credential.iterations == iterations && credential.password == password)
    }

    @Test(arguments: [
        ("iterations=8192", "Invalid credential property SCRAM_SHA_512=iterations=8192"),
        ("iterations=x,password=p", "Invalid credential property SCRAM_SHA_512=iterations=x,password=p"),
        ("iterations=4095,password=p", "Iterations 4095 is less than the minimum 4096 required for SCRAM-SHA-512"),
        ("iterations=99999999999,password=p", "For input string: \"99999999999\""),
    ])
    func wrongPasswordsAreTold(word: String, message: String) {
        #expect(throws: ToolError.invalid(message)) { try AlterQuotas.credential(.sha512, word) }
    }

    @Test func settingsAreLinesWithTheirSynonyms() {
        var synonym = ConfigEntry.DescribeConfigsSynonym()
        synonym.name = "log.cleanup.policy"
        synonym.value = "delete"
        synonym.source = 5
        var entry = ConfigEntry()
        entry.name = "cleanup.policy"
        entry.value = nil
        entry.isSensitive = true
        entry.configSource = 1
        entry.synonyms = [synonym]
        let row = DescribeConfigs.Row(type: .topics, name: "t", entry: entry)
        #expect(
            text([row], DescribeConfigs.configs) == "  cleanup.policy=null sensitive=true synonyms={DEFAULT_CONFIG:log.cleanup.policy=delete}\n")
        #expect(
            text([row], DescribeConfigs.configs, .jsonl)
                == #"{"version":1,"kind":"configs","entityType":"topics","entityName":"t","name":"cleanup.policy","value":null,"sensitive":true,"#
                + #""source":"DYNAMIC_TOPIC_CONFIG","synonyms":[{"source":"DEFAULT_CONFIG","name":"log.cleanup.policy","value":"delete"}]}"# + "\n")
    }

    @Test func quotasAreDoublesAsJavaPrintsThem() {
        let quota = ClientQuota(
            entity: QuotaEntity([.clientId: nil, .user: "alice"]), values: ["producer_byte_rate": 10_485_760, "consumer_byte_rate": 2048])
        #expect(
            text([quota], DescribeQuotas.quotas)
                == "Quota configs for user-principal 'alice', the default client-id are consumer_byte_rate=2048.0, producer_byte_rate=1.048576E7\n")
        #expect(
            text([quota], DescribeQuotas.quotas, .jsonl)
                == #"{"version":1,"kind":"quotas","entity":[{"type":"users","name":"alice"},{"type":"clients","name":null}],"#
                + #""values":{"consumer_byte_rate":2048.0,"producer_byte_rate":10485760.0}}"# + "\n")
    }

    @Test func passwordsAreNeverTold() {
        let known = [ScramCredentialInfo(mechanism: .sha256, iterations: 8192), ScramCredentialInfo(mechanism: .sha512, iterations: 4096)]
        let rows = [
            DescribeQuotas.CredentialRow(user: "alice", credentials: .success(known)),
            DescribeQuotas.CredentialRow(user: "eve", credentials: .failure(ClientError(code: .duplicateResource, message: "twice"))),
        ]
        #expect(
            text(rows, DescribeQuotas.credentials) == """
                SCRAM credential configs for user-principal 'alice' are SCRAM-SHA-256=iterations=8192, SCRAM-SHA-512=iterations=4096
                Error retrieving SCRAM credential configs for user-principal 'eve': DuplicateResourceException: twice

                """)
    }
}

@Suite struct ClientMetricsToolTests {
    @Test(arguments: [
        (["--list"], "--bootstrap-server must be specified."),
        (server + ["--alter"], "One of --name or --generate-name must be specified with --alter."),
        (server + ["--alter", "--name", "a", "--generate-name"], "One of --name or --generate-name must be specified with --alter."),
        (server + ["--alter", "--name", "a", "--interval", "x"], "Invalid interval value. Enter an integer, or leave empty to reset."),
        (server + ["--delete"], "A client metrics resource name must be specified with --delete."),
    ])
    func wrongCommandLinesAreOneLine(words: [String], message: String) {
        let ran = Ran(ClientMetricsTool.tool, words, kafkaName: false)
        #expect(ran.code == 2 && ran.output.isEmpty && ran.error == message + "\n")
    }

    @Test(arguments: [
        (["--list", "--describe"], "Command must include exactly one action: --alter, --delete, --describe or --list."),
        (["--list", "--name", "a"], "Option \"[list]\" can't be used with option \"[name]\""),
        (["--describe", "--metrics", "a"], "Option \"[describe]\" can't be used with option \"[metrics]\""),
    ])
    func usageErrorsNameHelp(words: [String], message: String) {
        let ran = Ran(ClientMetricsTool.tool, server + words)
        #expect(ran.code == 1 && ran.output.isEmpty && ran.error.hasPrefix(message + "\nTry "))
    }

    @Test func aFailureIsOnStandardOutputUnderKafkasName() {
        let ran = Ran(ClientMetricsTool.tool, server + ["--list"])
        #expect(ran.code == 1)
        #expect(ran.output == "Error while executing client metrics command : Timed out waiting for a node assignment. Call: listConfigResources\n")
        #expect(ran.error.hasPrefix("kafka-client-metrics: Timed out") && ran.error.contains("connection refused"))
    }
}
