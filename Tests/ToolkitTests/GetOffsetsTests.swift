import KafkaClient
import Testing

@testable import Toolkit

@Suite struct GetOffsetsTests {
    private static func run(_ words: [String]) -> Ran { Ran(GetOffsetsTool.tool, words) }

    @Test(arguments: [
        (["--topic", "t"], "Missing required argument \"[bootstrap-server]\""),
        (["--bootstrap-server", "nohostport"], "Please provide valid host:port like host1:9091,host2:9092"),
        (["--bootstrap-server", ""], "Error while validating the bootstrap address"),
        (["--bootstrap-server", ",127.0.0.1:1, ,"], "Please provide valid host:port like host1:9091,host2:9092"),
        (["--bootstrap-server", " 127.0.0.1:1"], "Please provide valid host:port like host1:9091,host2:9092"),
        (["--broker-list", "127.0.0.1:1", "--bootstrap-server", "nohostport"], "Please provide valid host:port like host1:9091,host2:9092"),
        (["--broker-list", "nohostport", "--bootstrap-server", ""], "Error while validating the bootstrap address"),
        (["--bogus"], "Error occurred: bogus is not a recognized option"),
        (["--topic"], "Error occurred: Option topic requires an argument"),
    ])
    func usageErrorsNameHelp(words: [String], message: String) {
        let ran = Self.run(words)
        #expect(ran.code == 1 && ran.output.isEmpty)
        let lines = ran.error.split(separator: "\n").map(String.init)
        #expect(lines.first == message)
        #expect(lines.count <= 2)
    }

    @Test(arguments: [
        (["--topic", "a", "--topic-partitions", "b"], "--topic-partitions cannot be used with --topic or --partitions"),
        (["--partitions", "0", "--topic-partitions", "b", "--time", "abc"], "--topic-partitions cannot be used with --topic or --partitions"),
        (["--topic", "a", "--topic", "b"], "Found multiple arguments for option topic, but you asked for only one"),
        (["--partitions", "0, 1"], "--partitions expects a comma separated list of numeric partition ids, but received: 0, 1"),
        (["--partitions", ",0"], "--partitions expects a comma separated list of numeric partition ids, but received: ,0"),
        (["--partitions", "99999999999"], "--partitions expects a comma separated list of numeric partition ids, but received: 99999999999"),
        (["--topic-partitions", "t:x"], "Invalid rule specification: t:x"),
        (["--topic-partitions", "t:0-1-2"], "Invalid rule specification: t:0-1-2"),
        (["--topic-partitions", "ok,t:0:1"], "Invalid rule specification: t:0:1"),
        (["--topic-partitions", "t:99999999999"], "For input string: \"99999999999\""),
        (["--topic", "["], "[ is an invalid regex."),
        (["--topic-partitions", "[:1"], "[ is an invalid regex."),
        (
            ["--time", "LATEST"],
            "Malformed time argument LATEST. Please use -1 or latest / -2 or earliest / -3 or max-timestamp / -4 or earliest-local / -5 or latest-tiered / "
                + "-6 or earliest-pending-upload, or a specified long format timestamp"
        ),
    ])
    func errorsAreOneLineInKafkasWords(words: [String], message: String) {
        let ran = Self.run(["--bootstrap-server", "127.0.0.1:1"] + words)
        #expect(ran.code == 1 && ran.output.isEmpty)
        #expect(ran.error == "Error occurred: \(message)\n")
    }

    @Test(arguments: ["--bootstrap-server", "--broker-list"])
    func anUnreachableBrokerIsNamed(option: String) {
        let ran = Self.run([option, "127.0.0.1:1", "--topic", "t"])
        #expect(ran.code == 1 && ran.output.isEmpty)
        #expect(
            ran.error.hasPrefix(
                "Error occurred: org.apache.kafka.common.errors.TimeoutException: Timed out waiting for a node assignment. Call: listTopics"))
        #expect(ran.error.contains("connection refused") && ran.error.split(separator: "\n").count == 1)
    }

    @Test func aMissingFileIsNamed() {
        let ran = Self.run(["--bootstrap-server", "127.0.0.1:1", "--command-config", "/nowhere/at.all"])
        #expect(ran.code == 1 && ran.output.isEmpty)
        #expect(ran.error.hasPrefix("Error occurred: cannot read /nowhere/at.all: ") && ran.error.split(separator: "\n").count == 1)
    }

    @Test(arguments: [
        ("latest", OffsetSpec.latest), ("-1", .latest), ("earliest", .earliest), ("-2", .earliest), ("max-timestamp", .maxTimestamp),
        ("-3", .maxTimestamp), ("earliest-local", .earliestLocal), ("-4", .earliestLocal), ("latest-tiered", .latestTiered),
        ("-5", .latestTiered), ("earliest-pending-upload", .earliestPendingUpload), ("-6", .earliestPendingUpload), ("-7", .timestamp(-7)),
        ("0", .timestamp(0)), ("+5", .timestamp(5)), ("4102444800000", .timestamp(4_102_444_800_000)),
    ])
    func timesAreNamesNumbersOrMilliseconds(text: String, spec: OffsetSpec) throws { #expect(try OffsetSpec(time: text) == spec) }

    @Test(arguments: ["", " 5", "5.0", "9223372036854775808", "Earliest"])
    func otherTimesAreRefused(text: String) { #expect(throws: ToolError.self) { try OffsetSpec(time: text) } }
}

@Suite struct PartitionFilterTests {
    /// The partitions below 12 that a filter takes of a topic; nil when it does not take the topic.
    private static func numbers(_ filter: PartitionFilter, of topic: String) -> [Int32]? {
        filter.numbers(of: topic).map { numbers in (0..<12).filter(numbers.contains) }
    }

    @Test(arguments: [
        ("", "t", Array(Int32(0)..<12)), ("t", "t", Array(0..<12)), ("t:", "t", Array(0..<12)), ("t:-", "t", Array(0..<12)), (":", "t", Array(0..<12)),
        ("t:3", "t", [3]), (":3", "anything", [3]), ("t:1-3", "t", [1, 2]), ("t:9-", "t", [9, 10, 11]), ("t:-2", "t", [0, 1]), ("t:5-3", "t", []),
        ("t:1,u,t:4-6", "t", [1, 4, 5]), ("t,", "t", Array(0..<12)), (",u", "t", Array(0..<12)), ("pay.*:0", "payments", [0]), ("'t':0", "t", [0]),
    ])
    func rulesTakePartitions(list: String, topic: String, expected: [Int32]) throws {
        #expect(try Self.numbers(PartitionFilter(list: list), of: topic) ?? [] == expected)
    }

    @Test func topicsThatNoRuleNamesAreNotAskedAbout() throws {
        #expect(try Self.numbers(PartitionFilter(list: "t:1,u"), of: "tt") == nil)
        #expect(try Self.numbers(PartitionFilter(list: ","), of: "t") == nil)
        #expect(try Self.numbers(PartitionFilter(topic: "", partitions: ""), of: "t") == nil)
    }

    @Test func topicAndPartitionsAreOneRule() throws {
        #expect(try Self.numbers(PartitionFilter(topic: "t|u,v", partitions: "0,+2,"), of: "v") == [0, 2])
        #expect(try Self.numbers(PartitionFilter(topic: nil, partitions: ","), of: "any") == Array(0..<12))
        #expect(try Self.numbers(PartitionFilter(topic: nil, partitions: "-1"), of: "any") == [])
    }
}
