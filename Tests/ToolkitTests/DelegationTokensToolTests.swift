import KafkaProtocol
import Security
import Testing

@testable import KafkaClient
@testable import Toolkit

private let server = ["--bootstrap-server", "127.0.0.1:1", "--command-config", "/dev/null"]

@Suite struct DelegationTokensToolTests {
    @Test(arguments: [
        (["--hmac=x"], "Command must include exactly one action: --create, --renew, --expire or --describe"),
        (["--create"], "Missing required argument \"[max-life-time-period]\""),
        (["--create", "--max-life-time-period", "-1", "--hmac", "x"], "Option \"[create]\" can't be used with option \"[hmac]\""),
        (["--renew", "--renew-time-period", "1"], "Missing required argument \"[hmac]\""),
        (
            ["--renew", "--renew-time-period", "1", "--hmac", "x", "--owner-principal", "User:a"],
            "Option \"[renew]\" can't be used with option \"[owner-principal]\""
        ),
        (["--expire", "--hmac", "x"], "Missing required argument \"[expiry-time-period]\""),
        (["--describe", "--expiry-time-period", "5"], "Option \"[describe]\" can't be used with option \"[expiry-time-period]\""),
    ])
    func usageErrorsAreKafkas(words: [String], message: String) {
        let ran = Ran(DelegationTokensTool.tool, server + words)
        #expect(ran.code == 1 && ran.output.isEmpty)
        #expect(ran.error == "\(message)\nTry 'kafka-delegation-tokens --help' for the options.\n")
    }

    @Test func serverAndConfigurationAreNeeded() {
        #expect(Ran(DelegationTokensTool.tool, ["--describe"]).error.hasPrefix("Missing required argument \"[bootstrap-server]\"\n"))
        let ran = Ran(DelegationTokensTool.tool, ["--describe", "--bootstrap-server", "h:1"])
        #expect(ran.error.hasPrefix("Missing required argument \"[command-config]\"\n"))
    }

    @Test(arguments: [
        (["--create", "--max-life-time-period"], "--max-life-time-period needs a number of milliseconds"),
        (["--create", "--max-life-time-period", "abc"], "--max-life-time-period needs a number of milliseconds"),
        (["--create", "--max-life-time-period=abc"], "Cannot parse argument 'abc' of option max-life-time-period"),
        (["--renew", "--hmac", "--renew-time-period", "1"], "--hmac needs a value"),
        (["--create", "--max-life-time-period", "1", "--renewer-principal", "bob"], "expected a string in format principalType:principalName but got bob"),
    ])
    func wrongValuesAreOneLine(words: [String], message: String) {
        let ran = Ran(DelegationTokensTool.tool, server + words, kafkaName: false)
        #expect(ran.code == 2 && ran.output.isEmpty && ran.error == message + "\n")
    }

    @Test func whatIsNoBase64IsRefusedBeforeTheBrokerIsAsked() {
        let ran = Ran(DelegationTokensTool.tool, server + ["--expire", "--hmac", "a b", "--expiry-time-period", "-1"])
        #expect(ran.code == 1 && ran.output == "Calling expire token operation with hmac :a b , expire-time-period :-1\n")
        #expect(ran.error == "--hmac takes the token in Base64, which 'a b' is not\n")
    }

    @Test func aNumberThatMayFollowCanBeNegative() throws {
        let options = try JoptParser(DelegationTokensTool.command).parse(["--max-life-time-period", "-1", "--renew-time-period", "x", "--create"])
        #expect(try options.long("max-life-time-period") == -1 && options.has("renew-time-period") && options.has("create"))
        #expect(try options.long("renew-time-period") == nil && options.words == ["x"])
    }

    @Test func rowsAreLinesWithAnEmptyOneBetween() {
        let token = DelegationToken(
            id: "an-id-of-22-characters", hmac: Bytes([1, 2, 3]), owner: Principal(name: "alice"), requester: Principal(name: "admin"),
            renewers: [Principal(name: "bob"), Principal(name: "carol")], issueTimeMs: 0, expiryTimeMs: 60_000, maxTimeMs: 86_400_000)
        let sink = MemorySink()
        let output = OutputWriter(sink)
        Report(.text, command: "delegation-tokens", to: output).add([token, token], as: DelegationTokens.tokens)
        Report(.jsonl, command: "delegation-tokens", to: output).add([token], as: DelegationTokens.tokens)
        output.flush()
        let lines = sink.text.split(separator: "\n", omittingEmptySubsequences: false)
        let beginning = "an-id-of-22-characters AQID                           User:alice      User:admin      [User:bob, User:carol]    "
        #expect(lines.count == 6 && lines[0].isEmpty && lines[2].isEmpty && lines[1].hasPrefix(beginning) && lines[3] == lines[1])
        // Three dates to the minute, in whatever zone this is.
        #expect(lines[1].dropFirst(beginning.count).split(separator: " ").allSatisfy { $0.count == 16 && $0.contains("T") })
        #expect(lines[4].hasSuffix(#""renewers":["User:bob","User:carol"],"issueTimeMs":0,"expiryTimeMs":60000,"maxTimeMs":86400000}"#))
    }
}
