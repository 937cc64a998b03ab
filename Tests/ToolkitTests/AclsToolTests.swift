import Security
import Testing

@testable import KafkaClient
@testable import Toolkit

private let server = ["--bootstrap-server", "127.0.0.1:1"]

private func selection(_ words: String...) throws -> AclSelection { try AclSelection(JoptParser(AclsTool.command).parse(server + words)) }

/// What stands for each resource: `TOPIC t LITERAL: User:a * READ ALLOW, …`.
private func lines(_ words: String...) throws -> [String] {
    try AclSelection(JoptParser(AclsTool.command).parse(server + words)).entries().map { pattern, entries in
        let list = entries.map { "\($0.principal ?? "-") \($0.host ?? "-") \($0.operation.name) \($0.permission.name)" }
        return "\(pattern.type.name) \(pattern.name ?? "-") \(pattern.patternType.name): \(list.joined(separator: ", "))"
    }
}

@Suite struct AclsToolTests {
    @Test(arguments: [
        (["--bootstrap-controller", "h:1", "--list"], "Only one of --bootstrap-server or --bootstrap-controller must be specified"),
        (["--force"], "Command must include exactly one action: --list, --add, --remove. "),
        (["--add", "--remove"], "Command must include exactly one action: --list, --add, --remove. "),
        (["--list", "--allow-host", "h"], "Option \"[list]\" can't be used with option \"[allow-host]\""),
        (["--add", "--consumer", "--deny-host", "h"], "Option \"[consumer]\" can't be used with option \"[deny-host]\""),
        (["--remove", "--principal", "User:a"], "The --principal option is only available if --list is set"),
        (["--add", "--producer"], "With --producer you must specify a --topic"),
        (["--add", "--idempotent"], "The --idempotent option is only available if --producer is set"),
        (
            ["--add", "--consumer", "--topic", "t", "--group", "g", "--cluster"],
            "With --consumer you must specify a --topic and a --group and no --cluster or --transactional-id option should be specified."
        ),
        (
            ["--remove", "--force"],
            "You must provide at least one resource: --topic <topic> or --cluster or --group <group> or --delegation-token <Delegation Token ID>"
        ),
        (
            ["--add", "--group", "g", "--allow-principal", "User:a", "--operation", "Write"],
            "ResourceType GROUP only supports operations [READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS, ALL]"
        ),
        (["--add", "--topic", "t"], "You must specify one of: --allow-principal, --deny-principal when trying to add ACLs."),
        (
            ["--add", "--topic", "t", "--resource-pattern-type", "match"],
            "A '--resource-pattern-type' value of 'MATCH' is not valid when adding acls."
        ),
    ])
    func usageErrorsAreKafkas(words: [String], message: String) {
        let ran = Ran(AclsTool.tool, server + words)
        #expect(ran.code == 1 && ran.output.isEmpty)
        #expect(ran.error == "\(message)\nTry 'kafka-acls --help' for the options.\n")
        #expect(Ran(AclsTool.tool, server + words, kafkaName: false).code == 2)
    }

    @Test func somebodyMustBeAsked() {
        let ran = Ran(AclsTool.tool, ["--list"])
        #expect(ran.error.hasPrefix("One of --bootstrap-server or --bootstrap-controller must be specified\n"))
    }

    @Test func wrongValuesAreToldOnStandardOutputUnderKafkasNameOnly() {
        let words = server + ["--list", "--principal", "alice"]
        let kafka = Ran(AclsTool.tool, words)
        #expect(kafka.code == 1)
        #expect(kafka.output == "Error while executing ACL command: expected a string in format principalType:principalName but got alice\n")
        #expect(kafka.error == "kafka-acls: expected a string in format principalType:principalName but got alice\n")
        let own = Ran(AclsTool.tool, words, kafkaName: false)
        #expect(own.code == 2 && own.output.isEmpty && own.error == "ottla acls: expected a string in format principalType:principalName but got alice\n")
    }

    @Test func anUnreachableBrokerIsNamed() {
        let ran = Ran(AclsTool.tool, server + ["--list"], kafkaName: false)
        #expect(ran.code == 5 && ran.output.isEmpty)
        #expect(
            ran.error.hasPrefix("ottla acls: Timed out waiting for a node assignment. Call: describeAcls (") && ran.error.hasSuffix("connection refused)\n"))
    }

    @Test func withoutATerminalNothingIsRemoved() {
        let ran = Ran(AclsTool.tool, server + ["--remove", "--topic", "t"], input: "y\n", kafkaName: false)
        #expect(ran.code == 1)
        #expect(
            ran.output
                == "Are you sure you want to delete all ACLs for resource filter `ResourcePattern(resourceType=TOPIC, name=t, patternType=LITERAL)`? (y/n)\n")
        #expect(ran.error == "ottla acls: there is no terminal on which the question could be answered; --force removes without asking\n")
    }

    @Test func optionsMultiply() throws {
        #expect(
            try lines("--allow-principal", "User:b", "--allow-principal", " User:a ", "--operation", "read", "--operation", "DescribeConfigs", "--topic", "t")
                == ["TOPIC t LITERAL: User:a * DESCRIBE_CONFIGS ALLOW, User:a * READ ALLOW, User:b * DESCRIBE_CONFIGS ALLOW, User:b * READ ALLOW"])
        #expect(
            try lines("--allow-principal", "User:a", "--deny-principal", "User:e", "--deny-host", "1.1.1.1", "--cluster")
                == ["CLUSTER kafka-cluster LITERAL: User:a * ALL ALLOW, User:e 1.1.1.1 ALL DENY"])
        // A host without a principal of its kind says nothing.
        #expect(try lines("--deny-host", "1.1.1.1", "--topic", "t") == ["TOPIC t LITERAL: "])
    }

    @Test func rolesStandForTheirOperations() throws {
        let both = try lines(
            "--allow-principal", "User:a", "--producer", "--idempotent", "--consumer", "--topic", "t", "--group", "g", "--transactional-id", "x")
        #expect(
            both == [
                "TOPIC t LITERAL: User:a * CREATE ALLOW, User:a * DESCRIBE ALLOW, User:a * READ ALLOW, User:a * WRITE ALLOW",
                "GROUP g LITERAL: User:a * READ ALLOW",
                "CLUSTER kafka-cluster LITERAL: User:a * IDEMPOTENT_WRITE ALLOW",
                "TRANSACTIONAL_ID x LITERAL: User:a * DESCRIBE ALLOW, User:a * WRITE ALLOW",
            ])
    }

    @Test func filtersNeedNoResource() throws {
        #expect(try selection("--list").resources().isEmpty)
        // Kafka's tool leaves the cluster out of other pattern types.
        #expect(try selection("--list", "--cluster", "--resource-pattern-type", "Any").resources().isEmpty)
        #expect(try selection("--list", "--cluster", "--topic", " t ").resources() == [ResourcePattern(.topic, "t"), .cluster])
        #expect(throws: ToolError.invalid("Cannot parse argument 'unknown' of option resource-pattern-type")) {
            try selection("--list", "--resource-pattern-type", "unknown")
        }
    }

    @Test func everyOperationHasAWord() {
        for operation in AclOperation.allCases {
            #expect(AclOperation(word: operation.word) == operation && AclOperation(word: operation.word.uppercased()) == operation)
        }
        #expect(AclOperation(word: "DESCRIBE_CONFIGS") == .unknown && AclOperation.twoPhaseCommit.word == "TwoPhaseCommit")
    }

    @Test func creationsSayWhatBecameOfThem() {
        let binding = AclBinding(ResourcePattern(.group, "g", .prefixed), AccessControlEntry("User:a", host: "*", .read, .allow))
        let sink = MemorySink()
        let output = OutputWriter(sink)
        let report = Report(.jsonl, command: "acls", to: output)
        report.add(
            [
                Acls.Creation(binding: binding, existed: true, failure: nil), Acls.Creation(binding: binding, existed: false, failure: nil),
                Acls.Creation(binding: binding, existed: false, failure: ClientError(code: .invalidRequest, message: "no")),
            ], as: Acls.creations)
        output.flush()
        let lines = sink.text.split(separator: "\n")
        let beginning =
            #"{"version":1,"kind":"creations","resourceType":"GROUP","resourceName":"g","patternType":"PREFIXED","principal":"User:a","host":"*","#
            + #""operation":"READ","permission":"ALLOW","existed":"#
        #expect(lines.allSatisfy { $0.hasPrefix(beginning) })
        #expect(
            lines.map { $0.dropFirst(beginning.count) } == [
                #"true,"created":false,"error":null}"#, #"false,"created":true,"error":null}"#,
                #"false,"created":false,"error":"org.apache.kafka.common.errors.InvalidRequestException: no"}"#,
            ])
    }
}
