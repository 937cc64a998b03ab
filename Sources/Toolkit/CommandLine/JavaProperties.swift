/// Reads Java's properties syntax: the form of every Kafka configuration file.
///
/// `#` and `!` open comments; `=`, `:` or blanks end a key; blanks before a value are dropped and those behind it kept; a line that ends in an odd
/// number of backslashes goes on; `\t`, `\n`, `\r`, `\f` and `\u` with four hexadecimal digits are escapes. Files are ISO-8859-1, except that valid UTF-8 is taken as such. The last duplicate wins.
/// Source: the documentation of `java.util.Properties.load`.
public enum JavaProperties {
    /// A `\u` escape without four hexadecimal digits; Java's text.
    public static let malformedEscape = "Malformed \\uxxxx encoding."

    /// All pairs in the order of each key's first appearance.
    public static func parse(_ bytes: [UInt8]) throws(ToolError) -> [(key: String, value: String)] {
        let text = String(validating: bytes, as: UTF8.self)
        let scalars = text.map { Array($0.unicodeScalars) } ?? bytes.map { Unicode.Scalar($0) }
        var result: [(key: String, value: String)] = []
        var positions: [String: Int] = [:]
        var position = 0
        while let line = logicalLine(scalars, &position) {
            let (key, value) = try keyAndValue(line)
            if let known = positions[key] {
                result[known].value = value
            } else {
                positions[key] = result.count
                result.append((key, value))
            }
        }
        return result
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" || scalar == "\u{0C}" }
    private static func isLineEnd(_ scalar: Unicode.Scalar) -> Bool { scalar == "\n" || scalar == "\r" }

    /// The next line with its continuations joined, leading blanks removed; comments and empty lines are skipped. Escapes stay.
    private static func logicalLine(_ text: [Unicode.Scalar], _ position: inout Int) -> [Unicode.Scalar]? {
        var line: [Unicode.Scalar] = []
        while position < text.count {
            while position < text.count, isBlank(text[position]) || (line.isEmpty && isLineEnd(text[position])) { position += 1 }
            guard position < text.count else { break }
            if line.isEmpty, text[position] == "#" || text[position] == "!" {
                while position < text.count, !isLineEnd(text[position]) { position += 1 }
                continue
            }
            var backslashes = 0
            while position < text.count, !isLineEnd(text[position]) {
                backslashes = text[position] == "\\" ? backslashes + 1 : 0
                line.append(text[position])
                position += 1
            }
            let crlf = position + 1 < text.count && text[position] == "\r" && text[position + 1] == "\n"
            position += crlf ? 2 : 1
            if backslashes % 2 == 0 { return line }
            line.removeLast()
            if line.isEmpty { continue }
        }
        return line.isEmpty ? nil : line
    }

    private static func keyAndValue(_ line: [Unicode.Scalar]) throws(ToolError) -> (String, String) {
        var end = 0
        while end < line.count, !isBlank(line[end]), line[end] != "=", line[end] != ":" { end += line[end] == "\\" ? 2 : 1 }
        let keyEnd = min(end, line.count)
        var start = keyEnd
        while start < line.count, isBlank(line[start]) { start += 1 }
        if start < line.count, line[start] == "=" || line[start] == ":" { start += 1 }
        while start < line.count, isBlank(line[start]) { start += 1 }
        return (try unescape(line[..<keyEnd]), try unescape(line[start...]))
    }

    private static func unescape(_ text: ArraySlice<Unicode.Scalar>) throws(ToolError) -> String {
        var units: [UInt16] = []
        var rest = text
        while let scalar = rest.popFirst() {
            guard scalar == "\\" else {
                units.append(contentsOf: UTF16.encode(scalar).map(Array.init) ?? [])
                continue
            }
            guard let escaped = rest.popFirst() else { break }
            switch escaped {
            case "t": units.append(9)
            case "n": units.append(10)
            case "r": units.append(13)
            case "f": units.append(12)
            case "u":
                let digits = String(String.UnicodeScalarView(rest.prefix(4)))
                guard digits.utf8.count == 4, digits.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
                    let unit = UInt16(digits, radix: 16)
                else { throw ToolError.invalid(malformedEscape) }
                units.append(unit)
                rest = rest.dropFirst(4)
            default: units.append(contentsOf: UTF16.encode(escaped).map(Array.init) ?? [])
            }
        }
        return String(decoding: units, as: UTF16.self)
    }
}
