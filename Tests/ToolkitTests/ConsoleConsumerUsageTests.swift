import Testing

@testable import Toolkit

/// What console-consumer says to option combinations that cannot be; none of these reaches a broker.
@Suite struct ConsoleConsumerUsageTests {
    static func run(_ words: String...) -> (code: Int32, error: String, output: String) {
        let (output, error) = (MemorySink(), MemorySink())
        let runner = ToolRunner(
            ConsoleConsumerTool.tool, invocation: Invocation(program: "kafka-console-consumer", isKafkaName: true), input: ToolInput(MemorySource([])),
            output: OutputWriter(output), error: OutputWriter(error), world: .still)
        let code = runner.run(words)
        return (code, String(error.text.split(separator: "\n").first ?? ""), output.text)
    }

    static let server = "--bootstrap-server=127.0.0.1:1"

    @Test(arguments: [
        ([server], "Exactly one of the following arguments is required: [topic], [include]"),
        ([server, "--topic", "t", "--include", "x"], "Exactly one of the following arguments is required: [topic], [include]"),
        ([server, "--include", "x", "--partition", "0"], "The topic is required when partition is specified."),
        (["--topic", "t"], "Missing required argument \"[bootstrap-server]\""),
        ([server, "--topic", "t", "--offset", "1"], "The partition is required when offset is specified."),
        (
            [server, "--topic", "t", "--partition", "0", "--offset", "1", "--from-beginning"],
            "Options from-beginning and offset cannot be specified together."
        ),
        (
            [server, "--topic", "t", "--partition", "0", "--offset", "-1"],
            "The provided offset value '-1' is incorrect. Valid values are 'earliest', 'latest', or a non-negative long."
        ),
        ([server, "--topic", "t", "--group", "b", "--partition", "0"], "Options group and partition cannot be specified together."),
        (
            [server, "--topic", "t", "--group", "b", "--command-property", "group.id=a"],
            "The group ids provided in different places (directly using '--group', via '--consumer-property', or via '--consumer.config') do not match. "
                + "Detected group ids: 'a', 'b'"
        ),
        (
            [server, "--topic", "t", "--from-beginning", "--command-property", "auto.offset.reset=latest"],
            "Can't simultaneously specify --from-beginning and 'auto.offset.reset=latest', please remove one option"
        ),
        (
            [server, "--topic", "t", "--property", "a=b", "--formatter-property", "a=b"],
            "Options --property and --formatter-property cannot be specified together."
        ),
        ([server, "--topic", "t", "--partition", "x"], "Cannot parse argument 'x' of option partition"),
        ([server, "--topic", "t", "--formatter", "no.Such"], "no.Such"),
        ([server, "--topic", "t", "--bogus"], "bogus is not a recognized option"),
        (
            [server, "--topic", "t", "--isolation-level", "READ_COMMITTED"],
            "org.apache.kafka.common.config.ConfigException: Invalid value READ_COMMITTED for configuration isolation.level: String must be one of: "
                + "read_committed, read_uncommitted"
        ),
    ])
    func impossibleOptionsFailWithKafkasText(words: [String], message: String) {
        let (output, error) = (MemorySink(), MemorySink())
        let runner = ToolRunner(
            ConsoleConsumerTool.tool, invocation: Invocation(program: "kafka-console-consumer", isKafkaName: true), input: ToolInput(MemorySource([])),
            output: OutputWriter(output), error: OutputWriter(error), world: .still)
        #expect(runner.run(words) == 1)
        #expect(error.text.split(separator: "\n").first.map(String.init) == message)
        #expect(output.text == "")
    }

    @Test func noMessagesWantedMeansNoBrokerIsAsked() {
        let result = Self.run(Self.server, "--topic", "t", "--max-messages", "0")
        #expect(result.code == 0 && result.error == "Processed a total of 0 messages" && result.output == "")
    }

    @Test func anUnreachableBrokerIsAFailureWithItsReason() {
        let result = Self.run(Self.server, "--topic", "t")
        #expect(result.code == 1)
        #expect(result.error.hasPrefix("No broker could be reached: ") && result.error.contains("refused"), "\(result.error)")
    }
}
