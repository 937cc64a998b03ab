import KafkaProtocol
import Testing

@testable import Toolkit

/// What a call of a tool leaves behind.
struct Ran {
    let output: String
    let error: String
    let code: Int32

    /// Runs a tool in this process on memory streams.
    init(_ tool: Tool, _ words: [String], input: String = "", kafkaName: Bool = true) {
        let (outSink, errorSink) = (MemorySink(), MemorySink())
        let output = OutputWriter(outSink)
        let error = OutputWriter(errorSink, after: output)
        let program = kafkaName ? tool.command.kafkaName ?? tool.command.name : "ottla \(tool.command.name)"
        let runner = ToolRunner(
            tool, invocation: Invocation(program: program, isKafkaName: kafkaName), input: ToolInput(MemorySource(Array(input.utf8))), output: output,
            error: error, world: .still)
        code = runner.run(words)
        self.output = outSink.text
        self.error = errorSink.text
    }
}

private func topics(_ words: String...) -> Ran { Ran(TopicsTool.tool, words) }

@Suite struct TopicsToolTests {
    private static let server = ["--bootstrap-server", "127.0.0.1:1"]

    @Test func helpIsAFailureOnlyUnderKafkasName() {
        let kafka = Ran(TopicsTool.tool, ["--help"])
        #expect(kafka.code == 1)
        #expect(kafka.output.isEmpty)
        #expect(kafka.error.contains("--replication-factor <count>"))
        let own = Ran(TopicsTool.tool, ["--help"], kafkaName: false)
        #expect(own.code == 0)
        #expect(own.output.hasPrefix("Create, list, describe, change or delete topics.\n\nusage: ottla topics [options]\n"))
        #expect(own.error.isEmpty)
    }

    @Test func versionIsKafkasUnderKafkasName() {
        #expect(topics("--version").output == "4.3.1\n")
        #expect(Ran(TopicsTool.tool, ["--version"], kafkaName: false).output == "ottla \(Version.ottla) (Kafka 4.3.1)\n")
    }

    @Test func noArgumentsShowHelpAndFail() {
        let ran = topics()
        #expect(ran.code == 1)
        #expect(ran.output.isEmpty)
        #expect(ran.error.contains("--topics-with-overrides"))
    }

    @Test(arguments: [
        ("--list --describe", "Command must include exactly one action: --list, --describe, --create, --alter or --delete"),
        ("--create", "Missing required argument \"[topic]\""),
        ("--alter --topic a", "Missing required argument \"[partitions]\""),
        ("--describe --if-exists", "--topic or --topic-id is required to describe a topic"),
        ("--list --partitions 3", "Option \"[partitions]\" can't be used with option \"[list]\""),
        ("--describe --replication-factor 1", "Option \"[replication-factor]\" can't be used with option \"[describe]\""),
        ("--create --topic x --if-exists", "Option \"[if-exists]\" can't be used with option \"[create]\""),
        ("--create --topic x --exclude-internal", "Option \"[exclude-internal]\" can't be used with option \"[create]\""),
        ("--create --topic x --replica-assignment 1 --partitions 2", "Option \"[replica-assignment]\" can't be used with option \"[partitions]\""),
        (
            "--describe --at-min-isr-partitions --topics-with-overrides",
            "Option \"[at-min-isr-partitions]\" can't be used with option \"[topics-with-overrides]\""
        ),
        ("--bogus", "bogus is not a recognized option"),
        ("--list --topic", "Option topic requires an argument"),
    ])
    func usageErrorsAreKafkas(words: String, message: String) {
        let ran = Ran(TopicsTool.tool, Self.server + words.split(separator: " ").map(String.init))
        #expect(ran.code == 1)
        #expect(ran.output.isEmpty)
        #expect(ran.error.hasPrefix(message + "\n"))
    }

    @Test(arguments: [
        (["--partitions", "abc"], "Cannot parse argument 'abc' of option partitions"),
        (["--partitions", "0"], "The partitions must be greater than 0"),
        (["--replication-factor", "32768"], "The replication factor must be between 1 and 32767 inclusive"),
        (["--topic", "b"], "Found multiple arguments for option topic, but you asked for only one"),
        (["--config", "foo=bar"], "Unknown topic config name: foo"),
        (["--config", "retention.ms=abc"], "Invalid value abc for configuration retention.ms: Not a number of type LONG"),
        (["--config", "segment.bytes=1024"], "Invalid value 1024 for configuration segment.bytes: Value must be at least 1048576"),
        (["--config", "cleanup.policy="], "requirement failed: Invalid topic config: all configs to be added must be in the format \"key=val\"."),
        (["--replica-assignment", "1:1"], "Partition replica lists may not contain duplicate entries: 1"),
        (["--replica-assignment", "1,1:2"], "Partition 1 has different replication factor: [1, 2]"),
        (["--replica-assignment", "x"], "For input string: \"x\""),
    ])
    func creationIsCheckedBeforeTheClusterIsAsked(words: [String], message: String) {
        let ran = Ran(TopicsTool.tool, Self.server + ["--create", "--topic", "a"] + words)
        #expect(ran.code == 1)
        #expect(ran.output == "Error while executing topic command : \(message)\n")
        #expect(ran.error == "kafka-topics: \(message)\n")
    }

    @Test func anEmptyAssignmentLeavesTheChoiceToTheBroker() throws {
        #expect(try ReplicaAssignment.parse("") == nil)
        #expect(try ReplicaAssignment.parse("1:2,2:3") == [[1, 2], [2, 3]])
        #expect(throws: ToolError.invalid("For input string: \"\"")) { try ReplicaAssignment.parse(" ") }
    }

    @Test func badAddressesFailWithoutOutput() {
        let ran = topics("--bootstrap-server", "noport", "--list")
        #expect(ran.code == 1)
        #expect(ran.output.isEmpty)
        #expect(ran.error == "kafka-topics: Invalid url in bootstrap.servers: noport\n")
    }

    @Test func filtersAreExpressionsOverWholeNames() throws {
        let filter = try TopicFilter(" \"orders , man\" ")
        #expect(filter.matches("orders") && filter.matches("man") && !filter.matches("orders2"))
        #expect(try TopicFilter("demo.*").matches("demo_1"))
        #expect(throws: ToolError.invalid("[ is an invalid regex.")) { try TopicFilter("[") }
    }

    @Test func topicIDsAreReadAsKafkaDoes() throws {
        for text in ["AAAAAAAAAAAAAAAAAAAAAQ", "AAAAAAAAAAAAAAAAAAAAAQ==", "AAAAAAAAAAAAAAAAAAAAAR"] {
            #expect(try JavaUuid.parse(text) == Uuid(high: 0, low: 1))
        }
        #expect(try JavaUuid.parse("-_8AAAAAAAAAAAAAAAAAAA") == Uuid(high: 0xfbff_0000_0000_0000, low: 0))
    }

    @Test(arguments: [
        ("not-an-id", "Last unit does not have enough valid bits"), ("AAAAAAAAAAAAAAAAAAAAA", "Last unit does not have enough valid bits"),
        ("A=", "Last unit does not have enough valid bits"), ("x", "Input byte[] should at least have 2 bytes for base64 bytes"),
        ("\u{e9}", "Input byte[] should at least have 2 bytes for base64 bytes"),
        ("zz", "Input string `zz` decoded as 1 bytes, which is not equal to the expected 16 bytes of a base64-encoded UUID"),
        ("", "Input string `` decoded as 0 bytes, which is not equal to the expected 16 bytes of a base64-encoded UUID"),
        ("AA==", "Input string `AA==` decoded as 1 bytes, which is not equal to the expected 16 bytes of a base64-encoded UUID"),
        ("AA=", "Input byte array has wrong 4-byte ending unit"), ("AAAAAAAAAAAA=", "Input byte array has wrong 4-byte ending unit"),
        ("AA==AA", "Input byte array has incorrect ending byte at 4"), ("+AAAAAAAAAAAAAAAAAAAAA", "Illegal base64 character 2b"),
        ("a\u{e9}", "Illegal base64 character -17"), ("a\u{661}", "Illegal base64 character 3f"),
        ("AAAAAAAAAAAAAAAAAAAAAAAAAA", "Input string with prefix `AAAAAAAAAAAAAAAAAAAAAAAA` is too long to be decoded as a base64 UUID"),
    ])
    func whatIsNoTopicIDIsRefusedInJavasWords(_ text: String, _ message: String) {
        #expect(throws: ToolError.invalid(message)) { try JavaUuid.parse(text) }
    }
}

@Suite struct DescriptionTests {
    @Test func everyCommandIsDescribedWell() {
        for tool in Tools.all {
            let names = tool.command.allOptions.flatMap(\.names)
            #expect(Set(names).count == names.count, "\(tool.command.name): a spelling is used twice")
            #expect(tool.command.purpose.hasSuffix("."), "\(tool.command.name)")
            for option in tool.command.visibleOptions {
                #expect(!option.help.isEmpty && !option.help.hasSuffix("."), "\(tool.command.name) --\(option.name)")
            }
            for condition in tool.command.options.flatMap(\.availableIf) { #expect(names.contains(condition)) }
        }
    }

    @Test func unknownCommandNamesTheNearest() {
        #expect(Overview.unknownCommand("topcs") == "ottla: there is no command 'topcs'; did you mean 'topics'?")
        #expect(Overview.unknownCommand("kafka-topic") == "ottla: there is no command 'kafka-topic'; did you mean 'kafka-topics'?")
        #expect(Overview.unknownCommand("frobnicate-things").hasSuffix("'ottla --help' lists the commands"))
    }

    @Test func toolsAnswerToAllTheirNames() {
        for name in ["topics", "kafka-topics", "kafka-topics.sh"] { #expect(Tools.named(name)?.command.name == "topics") }
        for tool in Tools.all {
            #expect(Tools.named(tool.command.name)?.command.name == tool.command.name)
            if let name = tool.command.kafkaName { #expect(Tools.named(name + ".sh")?.command.name == tool.command.name) }
        }
        for name in ["topics.sh", "kafka-serve"] { #expect(Tools.named(name) == nil) }
        #expect(Tools.named("nothing") == nil)
    }

    @Test func manualEscapesWhatRoffWouldRead() {
        #expect(ManPage.escape(".a-b\\c") == "\\&.a\\-b\\ec")
        #expect(ManPage.page(TopicsTool.command).contains(".TP\n\\fB\\-\\-partitions\\fR \\fIcount\\fR\n"))
    }
}
