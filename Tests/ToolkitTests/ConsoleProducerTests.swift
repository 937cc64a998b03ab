import KafkaClient
import KafkaProtocol
import Testing

@testable import Toolkit

/// Lines of an input that arrives in pieces.
private func lines(_ pieces: [String], limit: Int = 1000) -> [String] {
    var splitter = LineSplitter(maxLineBytes: limit)
    var found: [String] = []
    func take(_ line: LineSplitter.Line) {
        switch line {
        case .bytes(let bytes, let isASCII):
            #expect(isASCII == bytes.array.allSatisfy { $0 < 0x80 })
            found.append(bytes.text)
        case .tooLong(let count): found.append("<\(count)>")
        }
    }
    for piece in pieces {
        splitter.feed(Bytes(piece))
        while let line = splitter.next() { take(line) }
    }
    if let line = splitter.last() { take(line) }
    return found
}

private func run(_ arguments: String..., isKafkaName: Bool = true) -> (code: Int32, output: String, error: String) {
    let (output, error) = (MemorySink(), MemorySink())
    let writer = OutputWriter(output)
    let runner = ToolRunner(
        ConsoleProducerTool.tool, invocation: Invocation(program: "kafka-console-producer.sh", isKafkaName: isKafkaName),
        input: ToolInput(MemorySource(Array("x\n".utf8))), output: writer, error: OutputWriter(error, after: writer), world: .still)
    return (runner.run(arguments), output.text, error.text)
}

@Suite struct LineSplitterTests {
    @Test func everyKindOfLineEndEndsALineOnce() {
        #expect(lines(["a\nb\r\nc\rd"]) == ["a", "b", "c", "d"])
        #expect(lines(["\n\r\n\r"]) == ["", "", ""])
        #expect(lines(["tab\tand \u{1}control\u{c} stay\n", "héllo 日本\n"]) == ["tab\tand \u{1}control\u{c} stay", "héllo 日本"])
        #expect(lines([]) == [] && lines(["\n"]) == [""])
    }

    @Test func whereTheInputIsCutMakesNoDifference() {
        let text = "first line\r\nsecond é\n\n\r\rlast one of them all\rno end"
        let whole = lines([text])
        #expect(whole == ["first line", "second é", "", "", "", "last one of them all", "no end"])
        let bytes = Array(text.unicodeScalars)
        for cut in 0...bytes.count {
            for second in cut...bytes.count {
                let pieces = [bytes[..<cut], bytes[cut..<second], bytes[second...]].map { String(String.UnicodeScalarView($0)) }
                #expect(lines(pieces) == whole)
            }
        }
    }

    @Test func aLineThatIsTooLongIsCountedAndNotKept() {
        #expect(lines(["1234567890", "1234567890", "12345\nnext\n", "12345678901\n"], limit: 10) == ["<25>", "next", "<11>"])
    }
}

@Suite struct LineFormatTests {
    struct Example: Sendable {
        var properties: [String: String]
        var line: String
        var key: String?
        var value: String?
        var headers: [String] = []
    }

    private static let parsed: [Example] = [
        Example(properties: [:], line: "k\tv", key: nil, value: "k\tv"),
        Example(properties: ["parse.key": "true"], line: "k\tv\tw", key: "k", value: "v\tw"),
        Example(properties: ["parse.key": " TRUE "], line: "\tv", key: "", value: "v"),
        Example(properties: ["parse.key": "true"], line: "k\t", key: "k", value: ""),
        Example(properties: ["parse.key": "true", "key.separator": ":"], line: "a:b:c", key: "a", value: "b:c"),
        Example(properties: ["parse.key": "true", "key.separator": ""], line: "kv", key: "", value: "kv"),
        Example(properties: ["parse.headers": "true"], line: "h1:v1,h2:v2\tval", key: nil, value: "val", headers: ["h1=v1", "h2=v2"]),
        Example(properties: ["parse.headers": "true", "parse.key": "true"], line: "h1:a:b\tk\tval", key: "k", value: "val", headers: ["h1=a:b"]),
        Example(properties: ["parse.key": "true", "null.marker": "NULL"], line: "NULL\tNULL", key: nil, value: nil),
        Example(properties: ["parse.headers": "true", "null.marker": "NULL"], line: "NULL\tx", key: nil, value: "x"),
        Example(properties: ["parse.headers": "true", "null.marker": "NULL"], line: "h:NULL\tx", key: nil, value: "x", headers: ["h=null"]),
        Example(properties: ["parse.key": "true", "ignore.error": "true"], line: "novalue", key: nil, value: "novalue"),
        Example(properties: ["parse.headers": "true", "ignore.error": "true"], line: "\tx", key: nil, value: "x", headers: ["=null"]),
        Example(
            properties: ["parse.headers": "true", "headers.delimiter": ";", "headers.separator": "\\|", "headers.key.separator": "="],
            line: "a=1|b=2;v", key: nil, value: "v", headers: ["a=1", "b=2"]),
    ]

    @Test(arguments: parsed) func aLineIsTakenApart(example: Example) throws {
        let format = try LineFormat(example.properties)
        let line = Bytes(example.line)
        func text(_ bytes: UnsafeRawBufferPointer?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }
        try line.withUnsafeBytes { raw throws(LineFormat.Malformed) in
            let fields = try format.parse(raw, number: 1)
            #expect(text(fields.key) == example.key && text(fields.value) == example.value)
            #expect(fields.headers.map { "\($0.key.text)=\($0.value?.text ?? "null")" } == example.headers)
        }
    }

    @Test(arguments: [
        (["parse.key": "true"], "bad", "No key separator found on line number 7: 'bad'"),
        (["parse.headers": "true"], "bad", "No headers delimiter found on line number 7: 'bad'"),
        (["parse.headers": "true"], "h1\tv", "No header key separator found in pair 'h1' on line number 7"),
        (["parse.headers": "true"], "\tv", "No header key separator found in pair '' on line number 7"),
        (
            ["parse.headers": "true", "null.marker": "h1"], "h1:x\tv",
            "Header keys should not be equal to the null marker 'h1' as they can't be null"
        ),
    ]) func whatCannotBeTakenApartIsNamed(properties: [String: String], line: String, message: String) throws {
        let format = try LineFormat(properties)
        let bytes = Bytes(line)
        let error = #expect(throws: LineFormat.Malformed.self) {
            try bytes.withUnsafeBytes { raw throws(LineFormat.Malformed) in _ = try format.parse(raw, number: 7) }
        }
        #expect(error?.message == message)
    }

    @Test(arguments: [
        (["headers.delimiter": ","], "headers.delimiter and headers.separator may not be equal"),
        (["headers.separator": ":"], "headers.separator and headers.key.separator may not be equal"),
        (["null.marker": "\t"], "null.marker and key.separator may not be equal"),
        (["headers.separator": "["], "headers.separator is not a regular expression: Unclosed character class near index 0"),
    ]) func separatorsThatClashAreRefused(properties: [String: String], message: String) {
        let error = #expect(throws: ToolError.self) { _ = try LineFormat(properties) }
        #expect(error?.message == message)
    }
}

@Suite struct ConsoleProducerTests {
    @Test func wrongCallsFailWithKafkasWords() {
        #expect(run("--bootstrap-server", "127.0.0.1:1").error.hasPrefix("Missing required argument \"[topic]\"\n"))
        #expect(run("--topic", "t").error.hasPrefix("Error while validating the bootstrap address\n"))
        #expect(run("--topic", "t", "--bootstrap-server", "nohost").error.hasPrefix("Please provide valid host:port like host1:9091,host2:9092\n"))
        let server = ["--topic", "t", "--bootstrap-server", "127.0.0.1:1"]
        let number = run(server[0], server[1], server[2], server[3], "--timeout", "x")
        #expect(number.error == "Cannot parse argument 'x' of option timeout\n" && number.code == 1)
        let mixed = run(server[0], server[1], server[2], server[3], "--property", "a=b", "--reader-property", "a=b")
        #expect(mixed.error.hasPrefix("Options --reader-property and --property cannot be specified together.\n") && mixed.output.isEmpty)
        let acks = run(server[0], server[1], server[2], server[3], "--producer-property", "acks=7")
        #expect(acks.output.hasPrefix("Warning: --producer-property is deprecated") && acks.error.contains("String must be one of: all, -1, 0, 1"))
        #expect(run(server[0], server[1], server[2], server[3], "--producer-property", "acks=7", isKafkaName: false).output.isEmpty)
        let codec = run(server[0], server[1], server[2], server[3], "--compression-codec", "nosuch")
        #expect(codec.error.contains("Invalid value nosuch for configuration compression.type") && codec.code == 1)
    }
}
