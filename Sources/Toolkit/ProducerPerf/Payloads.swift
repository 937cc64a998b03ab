import KafkaProtocol
import Pattern

/// The values of the records that are sent, one after the other.
final class Payloads {
    /// Where they come from.
    enum Source: Sendable {
        /// Random letters, as many as this. They come again after `letterPool` bytes, which is more than a batch holds: making them would cost more than sending them.
        case random(size: Int)
        /// One of these, by chance.
        case given([Bytes])
        /// 0, 1, 2 and so on.
        case counted
    }

    private let source: Source
    private var random = SplittableRandom(seed: 0)
    private let buffer: UnsafeMutableRawBufferPointer
    /// Where the next value begins, and whether all values in the buffer are made.
    private var next = 0
    private var isFull = false

    /// Bytes of letters that are kept; a larger value is made anew for each record.
    private static let letterPool = 4 << 20

    init(_ source: Source) {
        self.source = source
        // Twenty digits are room for every number.
        let size = if case .random(let size) = source { max(1, Self.letterPool / size) * size } else { 20 }
        buffer = .allocate(byteCount: size, alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// Calls `body` with the value of a record; its bytes are valid during the call only.
    /// - Parameter number: of the record, from 0 on.
    @inline(__always)
    func withNext<R, E: Error>(_ number: Int64, _ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        switch source {
        case .random(let size):
            let value = UnsafeMutableRawBufferPointer(rebasing: buffer[next..<next + size])
            if !isFull { random.fillWithLetters(value) }
            next += size
            if next == buffer.count {
                next = 0
                isFull = size < buffer.count
            }
            return try body(UnsafeRawBufferPointer(value))
        case .given(let values):
            let index = Int(random.below(UInt32(truncatingIfNeeded: values.count)))
            return try values[index].withUnsafeBytes { bytes throws(E) in try body(bytes) }
        case .counted:
            var start = buffer.count
            var rest = number.magnitude
            repeat {
                start -= 1
                buffer[start] = UInt8(truncatingIfNeeded: 48 + rest % 10)
                rest /= 10
            } while rest > 0
            return try body(UnsafeRawBufferPointer(rebasing: buffer[start...]))
        }
    }
}

/// The values in a file of `--payload-file`.
enum PayloadFile {
    /// The values between delimiters, as Java's `Scanner` gives them: a delimiter at the beginning counts for nothing, and so does the last one.
    /// - Parameter delimiter: a Java regular expression; `\n` (two characters) is a line feed.
    static func values(_ content: [UInt8], delimiter: String) throws(ToolError) -> [Bytes] {
        // Like Java, what is not UTF-8 becomes U+FFFD.
        let bytes = String(validating: content, as: UTF8.self) == nil ? Array(String(decoding: content, as: UTF8.self).utf8) : content
        if delimiter == "\\n" || delimiter == "\n" { return split(Bytes(bytes)) }
        let pattern: Pattern
        do { pattern = try Pattern(delimiter) } catch {
            throw ToolError.invalid("--payload-delimiter: \(error.description.split(separator: "\n").joined(separator: " "))")
        }
        return split(Array(String(decoding: bytes, as: UTF8.self).unicodeScalars), at: pattern)
    }

    private static func split(_ content: Bytes) -> [Bytes] {
        var values: [Bytes] = []
        var start = content.count > 0 && content[0] == 10 ? 1 : 0
        while start < content.count {
            var end = start
            while end < content.count, content[end] != 10 { end += 1 }
            values.append(content[start..<end])
            start = end + 1
        }
        return values
    }

    private static func split(_ content: [Unicode.Scalar], at pattern: Pattern) -> [Bytes] {
        var values: [Bytes] = []
        var start = 0
        if let first = pattern.firstMatch(in: content), first.lowerBound == 0 { start = first.upperBound }
        while start < content.count {
            var next = pattern.firstMatch(in: content, from: start)
            if let match = next, match.isEmpty, match.lowerBound == start { next = pattern.firstMatch(in: content, from: start + 1) }
            let end = next?.lowerBound ?? content.count
            values.append(Bytes(String(String.UnicodeScalarView(content[start..<end]))))
            start = next.map { max($0.upperBound, start + 1) } ?? content.count
        }
        return values
    }
}
