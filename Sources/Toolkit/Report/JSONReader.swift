/// Reads JSON (RFC 8259): files that tools are given, and lines of `--input jsonl`. Numbers without fraction and exponent that fit 64 bits are integers.
///
/// The depth is limited, so that no input can exhaust the stack. Of a member that comes twice both are kept, in order.
public struct JSONReader {
    /// What is not JSON, and where.
    public struct Malformed: Error, Equatable, CustomStringConvertible {
        public let reason: String
        /// The byte at which reading stopped, from 0.
        public let position: Int
        public var description: String { "\(reason) at byte \(position)" }
    }

    private static let maxDepth = 128
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    private init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The one value that a text consists of.
    public static func parse(_ text: String) throws(Malformed) -> JSONValue {
        let bytes = Array(text.utf8)
        return try bytes.withUnsafeBufferPointer { bytes throws(Malformed) in try parse(UnsafeRawBufferPointer(bytes)) }
    }

    /// The one value that the bytes (UTF-8) consist of.
    public static func parse(_ bytes: UnsafeRawBufferPointer) throws(Malformed) -> JSONValue {
        var reader = JSONReader(bytes)
        let value = try reader.value(depth: 0)
        reader.skipBlanks()
        if reader.position < bytes.count { throw reader.failure("something follows the value") }
        return value
    }

    private func failure(_ reason: String) -> Malformed { Malformed(reason: reason, position: position) }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    private mutating func value(depth: Int) throws(Malformed) -> JSONValue {
        if depth > Self.maxDepth { throw failure("nested deeper than \(Self.maxDepth) levels") }
        skipBlanks()
        guard let byte = next else { throw failure("the text ends where a value should be") }
        switch byte {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw failure("no value begins like this")
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(Malformed) -> JSONValue {
        for index in 0..<word.utf8CodeUnitCount {
            guard next == word.utf8Start[index] else { throw failure("no value begins like this") }
            position += 1
        }
        return value
    }

    /// Takes a separator: true when another element follows, false at the end.
    private mutating func continues(until end: UInt8) throws(Malformed) -> Bool {
        skipBlanks()
        guard let byte = next, byte == end || byte == UInt8(ascii: ",") else {
            throw failure("expected ',' or '\(Character(UnicodeScalar(end)))'")
        }
        position += 1
        return byte != end
    }

    private mutating func object(depth: Int) throws(Malformed) -> JSONValue {
        position += 1
        var members: [JSONValue.Member] = []
        skipBlanks()
        if next == UInt8(ascii: "}") {
            position += 1
            return .object([])
        }
        repeat {
            skipBlanks()
            guard next == UInt8(ascii: "\"") else { throw failure("expected a name in quotes") }
            let name = try string()
            skipBlanks()
            guard next == UInt8(ascii: ":") else { throw failure("expected ':'") }
            position += 1
            members.append(JSONValue.Member(name, try value(depth: depth + 1)))
        } while try continues(until: UInt8(ascii: "}"))
        return .object(members)
    }

    private mutating func array(depth: Int) throws(Malformed) -> JSONValue {
        position += 1
        var values: [JSONValue] = []
        skipBlanks()
        if next == UInt8(ascii: "]") {
            position += 1
            return .array([])
        }
        repeat { values.append(try value(depth: depth + 1)) } while try continues(until: UInt8(ascii: "]"))
        return .array(values)
    }

    private mutating func number() throws(Malformed) -> JSONValue {
        let start = position
        var isInteger = true
        if next == UInt8(ascii: "-") { position += 1 }
        let first = next
        let digits = skipDigits()
        if digits == 0 { throw failure("expected a digit") }
        if first == UInt8(ascii: "0"), digits > 1 { throw failure("a number does not begin with 0") }
        if next == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            if skipDigits() == 0 { throw failure("expected a digit") }
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            isInteger = false
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            if skipDigits() == 0 { throw failure("expected a digit") }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isInteger, let value = Int64(text) { return .int(value) }
        guard let value = Double(text) else { throw failure("not a number") }
        return .double(value)
    }

    private mutating func skipDigits() -> Int {
        let start = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        return position - start
    }

    private mutating func string() throws(Malformed) -> String {
        position += 1
        let start = position
        // Most strings have nothing to unescape.
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
        var units: [UInt8] = Array(bytes[start..<position])
        while true {
            guard let byte = next else { throw failure("the text ends within a string") }
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                guard let text = String(validating: units, as: UTF8.self) else { throw failure("a string is not UTF-8") }
                return text
            case UInt8(ascii: "\\"):
                position += 1
                units += try escape()
            case ..<0x20: throw failure("a control character within a string")
            default:
                units.append(byte)
                position += 1
            }
        }
    }

    private mutating func escape() throws(Malformed) -> [UInt8] {
        guard let byte = next else { throw failure("the text ends within a string") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0c]
        case UInt8(ascii: "n"): return [0x0a]
        case UInt8(ascii: "r"): return [0x0d]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"):
            var units = [try codeUnit()]
            if UTF16.isLeadSurrogate(units[0]), next == UInt8(ascii: "\\"), position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "u") {
                position += 2
                units.append(try codeUnit())
            }
            guard let text = String(validating: units, as: UTF16.self) else { throw failure("half of a surrogate pair") }
            return Array(text.utf8)
        default: throw failure("an unknown escape")
        }
    }

    private mutating func codeUnit() throws(Malformed) -> UInt16 {
        guard position + 4 <= bytes.count, let unit = UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16),
            bytes[position] != UInt8(ascii: "+")
        else { throw failure("expected four hexadecimal digits") }
        position += 4
        return unit
    }
}

extension JSONValue {
    /// The last member of that name; nil for other values and where there is none.
    public subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name == name }?.value
    }

    /// The elements of an array; nil for other values.
    public var elements: [JSONValue]? { if case .array(let values) = self { values } else { nil } }
    /// The text of a string; nil for other values.
    public var stringValue: String? { if case .string(let text) = self { text } else { nil } }
    /// An integer; nil for other values.
    public var intValue: Int64? { if case .int(let value) = self { value } else { nil } }
}
