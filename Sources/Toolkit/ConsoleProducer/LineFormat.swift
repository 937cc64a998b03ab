import KafkaClient
import KafkaProtocol
import Pattern

/// How a line becomes a record: the properties of Kafka's line reader (`--reader-property`, `--reader-config`).
struct LineFormat {
    /// What is wrong with a line; Kafka's text.
    struct Malformed: Error, Equatable {
        var message: String
    }

    var parsesKey = false
    var parsesHeaders = false
    var ignoresErrors = false
    var keySeparator: [UInt8] = [9]
    var headersDelimiter: [UInt8] = [9]
    var headerKeySeparator: [UInt8] = Array(":".utf8)
    var nullMarker: [UInt8]?
    private var headersSeparator: Pattern

    /// Reads the properties. Unknown ones are for other readers and are ignored.
    init(_ properties: [String: String]) throws(ToolError) {
        func flag(_ name: String) -> Bool { properties[name].map { $0.filter { $0 > " " }.lowercased() == "true" } ?? false }
        parsesKey = flag("parse.key")
        parsesHeaders = flag("parse.headers")
        ignoresErrors = flag("ignore.error")
        let separator = properties["headers.separator"] ?? ","
        if let text = properties["key.separator"] { keySeparator = Array(text.utf8) }
        if let text = properties["headers.delimiter"] { headersDelimiter = Array(text.utf8) }
        if let text = properties["headers.key.separator"] { headerKeySeparator = Array(text.utf8) }
        if let text = properties["null.marker"] { nullMarker = Array(text.utf8) }
        try Self.checkDistinct("headers.delimiter", headersDelimiter, "headers.separator", Array(separator.utf8))
        try Self.checkDistinct("headers.delimiter", headersDelimiter, "headers.key.separator", headerKeySeparator)
        try Self.checkDistinct("headers.separator", Array(separator.utf8), "headers.key.separator", headerKeySeparator)
        if let nullMarker {
            try Self.checkDistinct("null.marker", nullMarker, "key.separator", keySeparator)
            try Self.checkDistinct("null.marker", nullMarker, "headers.separator", Array(separator.utf8))
            try Self.checkDistinct("null.marker", nullMarker, "headers.delimiter", headersDelimiter)
            try Self.checkDistinct("null.marker", nullMarker, "headers.key.separator", headerKeySeparator)
        }
        do {
            headersSeparator = try Pattern(separator)
        } catch {
            throw ToolError.invalid("headers.separator is not a regular expression: \(error.description.split(separator: "\n").first ?? "")")
        }
    }

    private static func checkDistinct(_ a: String, _ x: [UInt8], _ b: String, _ y: [UInt8]) throws(ToolError) {
        if x == y { throw ToolError.invalid("\(a) and \(b) may not be equal") }
    }

    /// A line's parts, as places in the line.
    struct Fields {
        var key: UnsafeRawBufferPointer?
        var value: UnsafeRawBufferPointer?
        var headers: [RecordHeader] = []
    }

    /// Takes a line of valid UTF-8 apart.
    func parse(_ line: UnsafeRawBufferPointer, number: Int) throws(Malformed) -> Fields {
        var fields = Fields()
        var rest = line
        if parsesHeaders, let section = try cut(&rest, line, at: headersDelimiter, name: "headers delimiter", number: number), !isNull(section) {
            fields.headers = try parseHeaders(section, number: number)
        }
        if parsesKey, let key = try cut(&rest, line, at: keySeparator, name: "key separator", number: number), !isNull(key) { fields.key = key }
        if !isNull(rest) { fields.value = rest }
        return fields
    }

    private func isNull(_ field: UnsafeRawBufferPointer) -> Bool { nullMarker.map { field.elementsEqual($0) } ?? false }

    /// Cuts the part before a separator off; nil, with nothing cut, when there is no separator and errors are ignored.
    private func cut(
        _ rest: inout UnsafeRawBufferPointer, _ line: UnsafeRawBufferPointer, at separator: [UInt8], name: String, number: Int
    ) throws(Malformed) -> UnsafeRawBufferPointer? {
        guard let found = Self.find(separator, in: rest) else {
            if ignoresErrors { return nil }
            throw Malformed(message: "No \(name) found on line number \(number): '\(String(decoding: line, as: UTF8.self))'")
        }
        let part = UnsafeRawBufferPointer(rebasing: rest[..<found])
        rest = UnsafeRawBufferPointer(rebasing: rest[(found + separator.count)...])
        return part
    }

    private func parseHeaders(_ section: UnsafeRawBufferPointer, number: Int) throws(Malformed) -> [RecordHeader] {
        var headers: [RecordHeader] = []
        for pair in headersSeparator.split(String(decoding: section, as: UTF8.self)) {
            let bytes = Bytes(pair)
            guard let found = bytes.withUnsafeBytes({ Self.find(headerKeySeparator, in: $0) }) else {
                if ignoresErrors {
                    headers.append(RecordHeader(key: bytes, value: nil))
                    continue
                }
                throw Malformed(message: "No header key separator found in pair '\(pair)' on line number \(number)")
            }
            let key = bytes.prefix(found)
            if let nullMarker, key.withUnsafeBytes({ $0.elementsEqual(nullMarker) }) {
                let marker = String(decoding: nullMarker, as: UTF8.self)
                throw Malformed(message: "Header keys should not be equal to the null marker '\(marker)' as they can't be null")
            }
            let value = bytes.dropFirst(found + headerKeySeparator.count)
            headers.append(RecordHeader(key: key, value: value.withUnsafeBytes { isNull($0) } ? nil : value))
        }
        return headers
    }

    /// Where a separator first stands; an empty one stands at the beginning.
    private static func find(_ separator: [UInt8], in bytes: UnsafeRawBufferPointer) -> Int? {
        guard let first = separator.first else { return 0 }
        guard bytes.count >= separator.count else { return nil }
        for start in 0...(bytes.count - separator.count) where bytes[start] == first {
            if separator.count == 1 || bytes[start..<start + separator.count].elementsEqual(separator) { return start }
        }
        return nil
    }
}
