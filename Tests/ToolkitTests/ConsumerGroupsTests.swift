import KafkaClient
import Testing
import Vocabulary

@testable import Toolkit

/// Runs the tool in memory.
private func run(_ arguments: String...) -> (code: Int32, output: String, error: String) {
    let output = MemorySink()
    let error = MemorySink()
    let writer = OutputWriter(output)
    let runner = ToolRunner(
        ConsumerGroupsTool.tool, invocation: Invocation(program: "kafka-consumer-groups.sh", isKafkaName: true), input: ToolInput(MemorySource([])),
        output: writer,
        error: OutputWriter(error, after: writer), world: .still)
    return (runner.run(arguments), output.text, error.text)
}

@Suite struct ConsumerGroupsTests {
    @Test(arguments: [
        (["--list"], "Missing required argument \"[bootstrap-server]\""),
        (["--describe"], "Option [describe] takes one of these options: [group], [all-groups]"),
        (["--describe", "--group", "x", "--members", "--state"], "Option [describe] takes at most one of these options: [members], [offsets], [state]"),
        (["--describe", "--group", "x", "--state", "Stable"], "Option [describe] does not take a value for [state]"),
        (["--describe", "--group", "x", "--all-groups"], "Option \"[group]\" can't be used with option \"[all-groups]\""),
        (["--describe", "--group", "x", "--topic", "t"], "Option \"[topic]\" can't be used with option \"[describe]\""),
        (["--list", "--group", "x"], "Option \"[group]\" can't be used with option \"[list]\""),
        (["--delete"], "Option [delete] takes one of these options: [all-groups], [group]"),
        (["--delete-offsets", "--group", "x"], "Option [delete-offsets] takes the following options: [group], [topic]"),
        (["--reset-offsets", "--group", "x", "--dry-run", "--execute"], "Option [reset-offsets] only accepts one of [execute] and [dry-run]"),
        (
            ["--reset-offsets", "--dry-run", "--group", "x", "--to-earliest", "--to-latest"],
            "Option \"[to-earliest]\" can't be used with option \"[to-latest]\""
        ),
        (["--list", "--members"], "Option(s) [members] are unavailable given other options on the command line"),
    ])
    func wrongCombinationsAreUsageErrors(_ arguments: [String], _ message: String) {
        let server = arguments == ["--list"] ? [] : ["--bootstrap-server", "127.0.0.1:1"]
        let output = MemorySink()
        let error = MemorySink()
        let writer = OutputWriter(output)
        let runner = ToolRunner(
            ConsumerGroupsTool.tool, invocation: Invocation(program: "kafka-consumer-groups.sh", isKafkaName: true), input: ToolInput(MemorySource([])),
            output: writer, error: OutputWriter(error, after: writer), world: .still)
        #expect(runner.run(server + arguments) == 1)
        #expect(output.text.isEmpty)
        #expect(error.text.split(separator: "\n").first.map(String.init) == message)
    }

    @Test func patternsAreValidatedWithoutACluster() {
        #expect(run("--validate-regex", "foo.*") == (0, "The regular expression `foo.*` is valid.\n", ""))
        #expect(run("--validate-regex", "fo(o") == (1, "The regular expression `fo(o` is invalid: missing closing ).\n", ""))
    }

    @Test func anUnreachableBrokerIsNamedOnBothStreams() {
        let (code, output, error) = run("--bootstrap-server", "127.0.0.1:1", "--list", "--timeout", "300")
        #expect(code == 1)
        #expect(
            output
                == "\nError: Executing consumer group command failed due to java.util.concurrent.ExecutionException: org.apache.kafka.common.KafkaException: "
                + "Failed to find brokers to send ListGroups\n")
        #expect(error.contains("connection refused"))
        #expect(error.split(separator: "\n").count == 1)
    }

    @Test func addressesThatAreEmptyAreNamedAndWrongOnesEndTheClient() {
        let prefix = "\nError: Executing consumer group command failed due to "
        for servers in [",127.0.0.1:1, ,", "127.0.0.1:1,", ","] {
            #expect(run("--bootstrap-server", servers, "--list").output == prefix + "Configuration 'bootstrap.servers' values must not be empty.\n")
        }
        #expect(run("--bootstrap-server", "noport", "--list").output == prefix + "Failed to create new KafkaAdminClient\n")
    }

    @Test func badNumbersAreReportedWhereTheyAreRead() {
        let (code, output, _) = run("--bootstrap-server", "127.0.0.1:1", "--list", "--timeout", "x")
        #expect(code == 1)
        #expect(output == "\nError: Executing consumer group command failed due to Cannot parse argument 'x' of option timeout\n")
    }
}

@Suite struct OffsetCSVTests {
    @Test func rowsAreQuotedAsJacksonDoes() {
        #expect(OffsetCSV.line(group: nil, TopicPartition("orders", 1), 5) == "orders,1,5")
        #expect(
            OffsetCSV.line(group: "my group", TopicPartition("a-topic-name-longer-than-24-characters", 0), 7)
                == "\"my group\",\"a-topic-name-longer-than-24-characters\",0,7")
        #expect(OffsetCSV.quoted("a\"b") == "\"a\"\"b\"")
    }

    @Test func bothFormsAreRead() throws {
        #expect(try OffsetCSV.parse("t,0,5\n\"t,x\",1,6\n\n", onlyGroup: "g") == ["g": [TopicPartition("t", 0): 5, TopicPartition("t,x", 1): 6]])
        #expect(try OffsetCSV.parse("t,0\n", onlyGroup: "g") == ["g": [TopicPartition("t", 0): 0]])
        #expect(try OffsetCSV.parse("a,t,0,5\r\nb,t,1,6", onlyGroup: "g") == ["a": [TopicPartition("t", 0): 5], "b": [TopicPartition("t", 1): 6]])
        #expect(try OffsetCSV.parse("", onlyGroup: nil).isEmpty)
    }

    @Test func blanksAroundNumbersAreDroppedAndEmptyOnesAreZero() throws {
        let plan = ["g": [TopicPartition("t", 0): Int64(2)]]
        for row in ["\"t\",0, 2", "t, 0 ,2 ", "t,0,\t2", "t,,2", "\"t\" ,0,2", "t,\"0\" ,\"2\" "] { #expect(try OffsetCSV.parse(row, onlyGroup: "g") == plan) }
        #expect(try OffsetCSV.parse("t,0,", onlyGroup: "g") == ["g": [TopicPartition("t", 0): 0]])
        #expect(try OffsetCSV.parse("g,t, 0, 2", onlyGroup: nil) == plan)
        #expect(try OffsetCSV.parse(" t,0,2", onlyGroup: "g") == ["g": [TopicPartition(" t", 0): 2]])
    }

    @Test func anEmptyFileIsRefusedInJacksonsWords() {
        let failure = #expect(throws: ToolError.self) { try ResetOffsets.plans(of: [], path: "f.csv", onlyGroup: "g") }
        #expect(
            failure?.kafkaOutput
                == "\nError: Executing consumer group command failed due to com.fasterxml.jackson.databind.exc.MismatchedInputException: No content to map due to end-of-input\n"
                + " at [Source: (StringReader); line: UNKNOWN, column: UNKNOWN]")
        #expect(failure?.message == "f.csv is empty")
        #expect(throws: Never.self) { try ResetOffsets.plans(of: [10], path: "f.csv", onlyGroup: "g") }
    }

    @Test(arguments: ["t,0", "t", "a,t,0,x", "\"a,t,0,1", "a,b,c,d,e"])
    func malformedRowsNameTheirLine(_ row: String) {
        let error = #expect(throws: OffsetCSV.Malformed.self) { try OffsetCSV.parse("a,t,0,5\n" + row, onlyGroup: nil) }
        #expect(error?.line == 2)
        #expect(error?.isNegativeOffset == false)
    }

    @Test(arguments: ["t,0,-1", "t,0,1\nt,1,-5", "t,0,-9223372036854775808", "t,0, -1 \nt,x,x"])
    func aNegativeOffsetIsAUsageError(_ text: String) {
        #expect(throws: ToolError.usage("Invalid negative offset")) { try ResetOffsets.plans(of: Array(text.utf8), path: "p.csv", onlyGroup: "g") }
    }

    @Test func numbersAreReadAsJacksonAndJavaDo() throws {
        for row in ["t,0,+1", "t,0,\u{661}", "t,\u{660},1", "t,+0,1", "t,null,1", "t,-0,01"] {
            #expect(try OffsetCSV.parse(row, onlyGroup: "g") == ["g": [TopicPartition("t", 0): 1]], "\(row)")
        }
        #expect(try OffsetCSV.parse("t,0,null", onlyGroup: "g") == ["g": [TopicPartition("t", 0): 0]])
        for row in ["t,0,9223372036854775808", "t,0,1.5", "t,0,1_0", "t,0,0x1", "t,0,1\u{A0}", "t,0,true", "t,0,\u{1D7CE}", "t,0,+", "t,0,1 2"] {
            #expect(throws: OffsetCSV.Malformed.self, "\(row)") { try OffsetCSV.parse(row, onlyGroup: "g") }
        }
    }
}

@Suite struct JavaTimeTests {
    @Test func timestampsAreReadStrictly() throws {
        #expect(try JavaTime.milliseconds(fromTimestamp: "1970-01-01T00:00:00.000") == 0)
        #expect(try JavaTime.milliseconds(fromTimestamp: "2020-02-29T12:34:56.789Z") == 1_582_979_696_789)
        #expect(try JavaTime.milliseconds(fromTimestamp: "2020-01-01T00:00:00.000+05:30") == 1_577_817_000_000)
        #expect(try JavaTime.milliseconds(fromTimestamp: "2020-01-01T00:00:00.000-08") == 1_577_865_600_000)
        for text in ["2020-01-01", "2020-01-01T00:00:00", "2021-02-29T00:00:00.000", "2020-01-01T24:00:00.000", "T", "xT00:00:00.000"] {
            #expect(throws: ToolError.self) { try JavaTime.milliseconds(fromTimestamp: text) }
        }
    }

    @Test func zonesNeedTwoDigitsOfHoursAndMayHaveMinutesBehindAColon() throws {
        let utc: Int64 = 1_577_836_800_000
        for (zone, minutes) in [("+0200", 120), ("-0230", -120), ("+02:3", 120), ("+02:60", 120), ("-02:300", -150), ("+02000", 120), ("Z0", 0)] {
            #expect(try JavaTime.milliseconds(fromTimestamp: "2020-01-01T00:00:00.000" + zone) == utc - Int64(minutes) * 60_000)
        }
        for zone in ["+2", "+2:00", "+24", "+2400", "-"] {
            #expect(throws: ToolError.self) { try JavaTime.milliseconds(fromTimestamp: "2020-01-01T00:00:00.000" + zone) }
        }
    }

    @Test func blanksBeforeAFieldAndDigitsOfAnyScriptAreRead() throws {
        let utc: Int64 = 1_577_836_800_000
        for text in [
            "2020-01-01T00:00:00.000 ", "2020-01-01T00:00:00.000\t", " 2020-01-01T00:00:00.000", "2020-01-01T00:00:00.000 Z", "2020-01-01T 00:00:00.000",
            "\u{662}\u{660}\u{662}\u{660}-01-01T00:00:00.000",
        ] { #expect(try JavaTime.milliseconds(fromTimestamp: text) == utc, "\(text)") }
        for text in ["2020-01-01T00:00:00.000\u{A0}", "2020 -01-01T00:00:00.000", "2020-01-01T00:00:00.000-\u{660}\u{661}"] {
            #expect(throws: ToolError.self, "\(text)") { try JavaTime.milliseconds(fromTimestamp: text) }
        }
    }
}
