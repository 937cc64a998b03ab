import Host
import Testing

@testable import Toolkit

/// Hands out bytes in pieces of one size, so that lines fall across reads.
private final class DrippingSource: InputSource {
    private var rest: ArraySlice<UInt8>
    private let size: Int
    init(_ text: String, size: Int) { (rest, self.size) = (Array(text.utf8)[...], size) }
    func read(into buffer: UnsafeMutableRawBufferPointer) -> StandardStream.Outcome {
        let count = min(size, rest.count, buffer.count)
        if count == 0 { return .closed }
        rest.prefix(count).withUnsafeBytes { buffer.copyMemory(from: $0) }
        rest = rest.dropFirst(count)
        return .moved(count)
    }
    func waitReady(timeoutMs: Int32) -> Bool { true }
    var descriptor: Int32? { nil }
}

/// Takes a few bytes at a time and closes after a number of them.
private final class NarrowSink: OutputSink {
    var isAbandoned: Bool { false }
    var bytes: [UInt8] = []
    let limit: Int
    init(limit: Int) { self.limit = limit }
    func write(_ data: UnsafeRawBufferPointer) -> StandardStream.Outcome {
        if bytes.count >= limit { return .closed }
        let count = min(3, data.count, limit - bytes.count)
        bytes.append(contentsOf: data.prefix(count))
        return .moved(count)
    }
}

@Suite struct ToolInputTests {
    @Test(arguments: [1, 2, 7, 65536]) func linesSurviveAnyCut(size: Int) throws {
        let input = ToolInput(DrippingSource("one\ntwo\r\n\nthree", size: size))
        var lines: [String] = []
        while let line = try input.readLine() { lines.append(line) }
        #expect(lines == ["one", "two", "", "three"])
        #expect(input.isAtEnd)
    }

    @Test func lineLongerThanTheBufferIsWhole() throws {
        let long = String(repeating: "x", count: 300_000)
        let input = ToolInput(DrippingSource("a\n\(long)\nb\n", size: 1000))
        #expect(try input.readLine() == "a")
        #expect(try input.readLine() == long)
        #expect(try input.readLine() == "b")
        #expect(try input.readLine() == nil)
    }

    @Test func lineBeyondTheLimitIsAnError() throws {
        let input = ToolInput(DrippingSource(String(repeating: "x", count: 200_000), size: 65536), maxLineBytes: 100_000)
        #expect(throws: ToolError.self) { try input.readLine() }
    }

    @Test func bytesAndLinesMix() throws {
        let input = ToolInput(MemorySource(Array("head\n12345tail\n".utf8)))
        #expect(try input.readLine() == "head")
        #expect(try input.read(exactly: 5)?.text == "12345")
        #expect(try input.readLine() == "tail")
        #expect(try input.read(exactly: 1) == nil)
    }
}

@Suite struct OutputWriterTests {
    @Test func everythingArrivesInOrder() {
        let sink = MemorySink()
        let output = OutputWriter(sink)
        let error = OutputWriter(sink, flushesLines: true, after: output)
        output.line("first")
        error.line("second")
        output.write(String(repeating: "y", count: 200_000))
        output.flush()
        #expect(sink.text == "first\nsecond\n" + String(repeating: "y", count: 200_000))
    }

    @Test func partialWritesAreContinuedAndAClosedPipeIsQuiet() {
        let sink = NarrowSink(limit: 10)
        let output = OutputWriter(sink)
        output.line("0123456789abc")
        output.flush()
        #expect(output.isClosed)
        #expect(output.failure == nil)
        output.line("more")
        output.flush()
        #expect(sink.bytes.count == 10)
    }
}

@Suite struct OutputShapeTests {
    @Test func tabbedTablesPadEveryCell() {
        let sink = MemorySink()
        let output = OutputWriter(sink)
        let shape = Shape<String>(
            "rows", "a row", text: .table(.tabbed),
            [Column("id", "id", heading: "ID", width: .least(0)) { $0 }, Column("state", "state", heading: "State", width: .least(0)) { _ in "x" }])
        Report(.text, command: "test", to: output).add(["long-id"], as: shape)
        output.flush()
        #expect(sink.text == "ID     \tState\t\nlong-id\tx    \t\n")
    }

    @Test func widthsCountUTF16Units() {
        #expect(Table.pad("\u{1F600}", 4) == "\u{1F600}  ")
        #expect(Table.row(["a", "bb"], widths: [3, 1]) == "a   bb ")
    }

    @Test func jsonIsCompactAndEscaped() {
        let value = JSONValue.members(["a": .int(1), "b": .array([.string("x\"\n\u{1}é"), .null, .bool(true)])])
        #expect(value.text == "{\"a\":1,\"b\":[\"x\\\"\\n\\u0001é\",null,true]}")
    }
}

@Suite struct JavaPropertiesTests {
    private func parse(_ text: String) throws -> [String] { try JavaProperties.parse(Array(text.utf8)).map { "\($0.key)|\($0.value)" } }

    @Test func separatorsCommentsAndContinuations() throws {
        let text = """
            # comment
              ! another
            a=1
            b : 2
            c 3
              d   =  x y \t
            e\\=f=g\\:h
            long=one,\\
                 two
            empty
            a=9

            """
        #expect(try parse(text) == ["a|9", "b|2", "c|3", "d|x y \t", "e=f|g:h", "long|one,two", "empty|"])
    }

    @Test func escapesAndEncodings() throws {
        #expect(try parse("k=\\u00e9\\t\\n\\q\\\\") == ["k|é\t\nq\\"])
        #expect(try JavaProperties.parse([0x6B, 0x3D, 0xE9]).first?.value == "é")
        #expect(try parse("a=b\r\nc=d\r\n") == ["a|b", "c|d"])
        #expect(throws: ToolError.invalid("Malformed \\uxxxx encoding.")) { try parse("k=\\u12") }
        #expect(try parse("k=v\\") == ["k|v"])
    }
}
