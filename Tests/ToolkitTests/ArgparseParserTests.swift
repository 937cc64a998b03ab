import Testing

@testable import Toolkit

/// The rules of argparse4j 0.7.0 as recorded with Kafka 4.3.1.
@Suite struct ArgparseParserTests {
    private let command = Command(
        name: "cluster", kafkaName: "kafka-cluster", purpose: "Try the parser.", dialect: .argparse, options: [],
        subcommands: [
            Command(
                name: "unregister", purpose: "Forget a broker.", dialect: .argparse,
                options: [
                    Option("bootstrap-server", "b", value: .required("host:port"), help: "Brokers", required: true),
                    Option("bootstrap-controller", "C", value: .required("host:port"), help: "Controllers"),
                    Option("id", value: .required("id"), help: "Broker"),
                    Option("epoch", value: .required("epoch"), help: "Epoch"),
                ]),
            Command(name: "cluster-id", purpose: "Show the id.", dialect: .argparse, options: []),
        ])

    /// A command whose own options stand before its subcommands.
    private let outer = Command(
        name: "outer", kafkaName: "kafka-outer", purpose: "Try the parser.", dialect: .argparse,
        options: [
            Option("bootstrap-server", value: .required("host:port"), help: "Brokers", required: true), Option("version", "v", help: "Show the version"),
        ],
        subcommands: [
            Command(
                name: "describe", purpose: "Describe.", dialect: .argparse,
                options: [Option("topic", value: .required("name"), help: "Topic", required: true)])
        ])

    private func parse(_ words: String...) throws(ToolError) -> ParsedOptions { try ArgparseParser(command).parse(words) }

    private func failure(_ words: String...) -> ToolError? {
        do throws(ToolError) {
            _ = try ArgparseParser(outer).parse(words)
            return nil
        } catch {
            return error
        }
    }

    @Test func severalWordsFollowAnOptionThatTakesThem() throws {
        let command = Command(
            name: "perf", purpose: "Try the parser.", dialect: .argparse,
            options: [
                Option("property", value: .required("k=v"), help: "Property", repeatable: true, several: true),
                Option("rate", value: .required("rate"), help: "Rate"), Option("fast", help: "Fast"),
            ])
        let options = try ArgparseParser(command).parse(["--property", "a=1", "b=2", "--rate", "-1", "--property=c=3", "-4", "--fast"])
        #expect(options.all("property") == ["a=1", "b=2", "c=3", "-4"])
        #expect(try options.string("rate") == "-1" && options.has("fast"))
        #expect(throws: ToolError.usage("argument --property: expected at least one argument")) { try ArgparseParser(command).parse(["--property", "--fast"]) }
        try options.requireOne(ofGroup: "rate", "other")
        #expect(throws: ToolError.usage("one of the arguments --x --y is required")) { try options.requireOne(ofGroup: "x", "y") }
        #expect(throws: ToolError.usage("argument --fast: not allowed with argument --rate")) { try options.requireOne(ofGroup: "rate", "fast") }
    }

    @Test func prefixesAreAcceptedWhileUnambiguous() throws {
        let options = try parse("unregister", "--bootstrap-s", "a:1", "--id", "-3")
        #expect(options.subcommand == "unregister")
        #expect(try options.string("bootstrap-server") == "a:1")
        #expect(try options.int("id") == -3)
        #expect(try parse("unregister", "-b", "a:1").string("bootstrap-server") == "a:1")
        #expect(throws: ToolError.usage("ambiguous option: --boot could match --bootstrap-controller, --bootstrap-server").within("unregister")) {
            try parse("unregister", "--boot", "a:1")
        }
    }

    @Test func mistakesAreNamed() {
        #expect(throws: ToolError.usage("too few arguments")) { try parse() }
        #expect(throws: ToolError.usage("invalid choice: 'foo' (choose from 'unregister', 'cluster-id')")) { try parse("foo") }
        #expect(throws: ToolError.usage("unrecognized arguments: '--bogus'").within("cluster-id")) { try parse("cluster-id", "--bogus") }
        #expect(throws: ToolError.usage("unrecognized arguments: 'word'").within("cluster-id")) { try parse("cluster-id", "--", "word") }
        #expect(throws: ToolError.usage("argument --bootstrap-server/-b is required").within("unregister")) { try parse("unregister") }
        #expect(throws: ToolError.usage("argument --id: expected one argument").within("unregister")) { try parse("unregister", "--id") }
        #expect(throws: ToolError.usage("argument --id: expected one argument").within("unregister")) { try parse("unregister", "--id", "-5x") }
    }

    @Test func optionsOfTheCommandStandBeforeTheSubcommand() throws {
        #expect(failure("describe", "--bootstrap-server", "a:1") == ToolError.usage("unrecognized arguments: '--bootstrap-server'").within("describe"))
        #expect(failure("--topic", "t", "describe") == ToolError.usage("unrecognized arguments: '--topic'"))
        // What the command lacks is said before what the subcommand lacks.
        #expect(failure("describe") == ToolError.usage("argument --bootstrap-server is required"))
        #expect(failure("--bootstrap-server", "a:1", "describe") == ToolError.usage("argument --topic is required").within("describe"))
        #expect(failure("--bootstrap-server", "a:1") == ToolError.usage("too few arguments"))
    }

    @Test func helpAndVersionAnswerAtOnce() throws {
        #expect(try ArgparseParser(outer).parse(["-h", "bogus", "--bogus"]).has("help"))
        #expect(try ArgparseParser(outer).parse(["-v"]).has("version"))
        let below = try ArgparseParser(outer).parse(["describe", "--help"])
        #expect(below.has("help") && below.subcommand == "describe")
        #expect(failure("describe", "--help=x") == ToolError.usage("argument --help/-h: ignore implicit argument 'x'").within("describe"))
        #expect(failure("describe", "--version") == ToolError.usage("unrecognized arguments: '--version'").within("describe"))
    }

    @Test func theLastOfSeveralCounts() throws {
        let options = try parse("unregister", "-b", "a:1", "--id", "1", "--id=2", "--bootstrap-server", "b:2")
        #expect(try options.int("id") == 2)
        #expect(try options.string("bootstrap-server") == "b:2")
    }

    @Test(arguments: [("abc", "For input string: \"abc\""), ("1.5", "For input string: \"1.5\""), ("", "For input string: \"\"")])
    func badNumbersAreUsageErrors(text: String, reason: String) throws {
        let options = try parse("unregister", "-b", "a:1", "--id", text)
        #expect(throws: ToolError.usage("argument --id: could not convert '\(text)' to Integer (\(reason))").within("unregister")) { try options.int("id") }
        #expect(throws: ToolError.usage("argument --id: could not convert '\(text)' to Long (\(reason))").within("unregister")) { try options.long("id") }
    }

    @Test func shortNumbersHaveSixteenBits() throws {
        #expect(try parse("unregister", "-b", "a:1", "--epoch", "32767").short("epoch") == 32767)
        let options = try parse("unregister", "-b", "a:1", "--epoch", "40000")
        #expect(
            throws: ToolError.usage("argument --epoch: could not convert '40000' to Short (Value out of range. Value:\"40000\" Radix:10)")
                .within("unregister")
        ) { try options.short("epoch") }
    }
}
