import Testing

@testable import Toolkit

private let command = Command(
    name: "sample", kafkaName: "kafka-sample", purpose: "Try the parser.",
    options: [
        Option("topic", value: .required("name"), help: "Topic"),
        Option("partitions", value: .required("count"), help: "Count"),
        Option("list", help: "List"),
        Option("describe", help: "Describe"),
        Option("members", help: "Members", availableIf: ["describe"]),
        Option("state", value: .optional("filter"), help: "State"),
        Option("compression-codec", value: .optional("name"), help: "Codec", default: "gzip"),
        Option("reader-property", "property", value: .required("key=value"), help: "Property", repeatable: true),
        Option("timeout", value: .required("ms"), help: "Timeout", default: "1000"),
        Option("x", value: .required("value"), help: "A short one"),
        Option("v", help: "A short switch"),
    ])

private func parse(_ words: String...) throws(ToolError) -> ParsedOptions { try JoptParser(command).parse(words) }

private func failure(_ words: String..., reading: (ParsedOptions) throws -> Void = { _ in }) -> String? {
    do {
        try reading(JoptParser(command).parse(words))
        return nil
    } catch {
        return "\(error)"
    }
}

/// The rules of jopt-simple 5.0.4 as recorded with the real library.
@Suite struct JoptParserTests {
    @Test func spellingsOfOneOptionAreTheSame() throws {
        #expect(try parse("--topic", "a").string("topic") == "a")
        #expect(try parse("--topic=a").string("topic") == "a")
        #expect(try parse("-topic", "a").string("topic") == "a")
        #expect(try parse("-topic=a").string("topic") == "a")
    }

    @Test func emptyValueBehindEqualsSignLeavesNextWordAlone() throws {
        let options = try parse("--topic=", "stray")
        #expect(try options.string("topic") == "")
        #expect(options.words == ["stray"])
    }

    @Test func namesAreNeitherAbbreviatedNorFolded() {
        #expect(failure("--top", "a") == "top is not a recognized option")
        #expect(failure("--Topic", "a") == "Topic is not a recognized option")
        #expect(failure("-z") == "z is not a recognized option")
        #expect(failure("-foo") == "f is not a recognized option")
        #expect(failure("--foo=bar") == "foo is not a recognized option")
    }

    @Test func requiredValueSwallowsAnything() throws {
        #expect(failure("--topic") == "Option topic requires an argument")
        #expect(try parse("--topic", "--list").string("topic") == "--list")
        #expect(try parse("--topic", "--list").has("list") == false)
        #expect(try parse("--partitions", "-2").int("partitions") == -2)
    }

    @Test func valueOfASwitchIsDropped() throws {
        #expect(try parse("--list=abc").has("list"))
        #expect(try parse("--list", "abc").words == ["abc"])
    }

    @Test func wordsBehindDoubleDashAreNoOptions() throws {
        let options = try parse("--list", "--", "--bogus")
        #expect(options.has("list"))
        #expect(options.words == ["--bogus"])
        #expect(try parse("-").words == ["-"])
    }

    @Test func repeatedSingleValueFailsWhenRead() throws {
        let options = try parse("--topic", "a", "--topic", "b")
        #expect(options.all("topic") == ["a", "b"])
        #expect(throws: ToolError.invalid("Found multiple arguments for option topic, but you asked for only one")) { try options.string("topic") }
    }

    @Test(arguments: ["abc", "3.5", "99999999999", "", " 3"]) func badNumbersFailWhenRead(text: String) throws {
        let options = try parse("--partitions", text)
        #expect(throws: ToolError.invalid("Cannot parse argument '\(text)' of option partitions")) { try options.int("partitions") }
    }

    @Test func numbersAreReadAsJavaDoes() throws {
        #expect(try parse("--partitions", "+7").int("partitions") == 7)
        #expect(try parse("--partitions", "2147483648").long("partitions") == 2_147_483_648)
        #expect(try parse().long("timeout") == 1000)
        #expect(try parse().has("timeout") == false)
    }

    @Test func optionalValueIsTakenUnlessItLooksLikeAnOption() throws {
        #expect(try parse("--state", "Stable").string("state") == "Stable")
        #expect(try parse("--state", "--list").string("state") == nil)
        #expect(try parse("--state", "--list").has("list"))
        #expect(try parse("--state").has("state"))
        #expect(try parse("--compression-codec").string("compression-codec") == "gzip")
        #expect(try parse("--compression-codec", "-").string("compression-codec") == "-")
        #expect(try parse("--state", "-1").string("state") == "-1", "a negative number is no option")
    }

    @Test func shortOptionsCluster() throws {
        let options = try parse("-vxvalue")
        #expect(options.has("v"))
        #expect(try options.string("x") == "value")
    }

    @Test func oldAndNewSpellingMeanTheSame() throws {
        let options = try parse("--property", "a=1", "--reader-property", "b=2", "--property=a=3")
        #expect(options.has("property") && options.has("reader-property"))
        #expect(options.pairs("reader-property").map { "\($0.key):\($0.value)" } == ["a:3", "b:2"])
        #expect(throws: ToolError.usage("Options --reader-property and --property cannot be specified together.")) {
            try options.forbidMixedSpellings("reader-property", "property")
        }
    }

    @Test func conditionsAreWaivedForHelp() {
        #expect(failure("--members") == "Option(s) [members] are unavailable given other options on the command line")
        #expect(failure("--members", "--describe") == nil)
        #expect(failure("--members", "--help") == nil)
    }

    @Test func pairsSplitAtTheFirstEqualsSign() {
        #expect(KeyValue.split("a=b=c") == ("a", "b=c"))
        #expect(KeyValue.split("a") == ("a", ""))
        #expect(KeyValue.split("a=") == ("a", ""))
        #expect(KeyValue.split("= x ") == ("", " x "))
    }
}
