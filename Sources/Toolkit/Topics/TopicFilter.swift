import KafkaProtocol
import Pattern

/// The value of `--topic` as a filter: commas are alternatives, blanks and surrounding quotes do not count, the rest is a regular expression.
struct TopicFilter {
    private let pattern: Pattern

    init(_ text: String) throws(ToolError) {
        var bytes = text.utf8.compactMap { byte -> UInt8? in
            switch byte {
            case UInt8(ascii: ","): UInt8(ascii: "|")
            case UInt8(ascii: " "): nil
            default: byte
            }
        }[...]
        func isTrimmed(_ byte: UInt8) -> Bool { byte <= 0x20 }
        while let first = bytes.first, isTrimmed(first) { bytes.removeFirst() }
        while let last = bytes.last, isTrimmed(last) { bytes.removeLast() }
        func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") }
        while let first = bytes.first, isQuote(first) { bytes.removeFirst() }
        while let last = bytes.last, isQuote(last) { bytes.removeLast() }
        let regex = String(decoding: bytes, as: UTF8.self)
        do { pattern = try Pattern(regex) } catch { throw ToolError.invalid("\(regex) is an invalid regex.") }
    }

    func matches(_ name: String) -> Bool { pattern.matches(name) }
}
