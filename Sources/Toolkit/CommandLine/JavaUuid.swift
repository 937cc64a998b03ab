import KafkaProtocol

/// An id as Java's `Uuid.fromString` reads it, with Java's texts for what is none.
enum JavaUuid {
    static func parse(_ text: String) throws(ToolError) -> Uuid {
        let units = Array(text.utf16)
        if units.count > 24 {
            let cutsPair = UTF16.isLeadSurrogate(units[23])
            let prefix = String(decoding: units.prefix(cutsPair ? 23 : 24), as: UTF16.self) + (cutsPair ? "?" : "")
            throw ToolError.invalid("Input string with prefix `\(prefix)` is too long to be decoded as a base64 UUID")
        }
        let bytes = try decoded(latin1(text))
        guard bytes.count == 16 else {
            throw ToolError.invalid(
                "Input string `\(text)` decoded as \(bytes.count) bytes, which is not equal to the expected 16 bytes of a base64-encoded UUID")
        }
        func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        return Uuid(high: number(bytes[..<8]), low: number(bytes[8...]))
    }

    /// Java's bytes of a text in ISO 8859-1: what that cannot say is a question mark.
    private static func latin1(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8(exactly: $0.value) ?? UInt8(ascii: "?") } }

    /// `java.util.Base64.getUrlDecoder()`: padding may be missing; bits left over in the last unit do not count.
    private static func decoded(_ source: [UInt8]) throws(ToolError) -> [UInt8] {
        if source.count == 1 { throw ToolError.invalid("Input byte[] should at least have 2 bytes for base64 bytes") }
        var bytes: [UInt8] = []
        var unit: UInt32 = 0
        var count = 0
        var position = 0
        scan: while position < source.count {
            let byte = source[position]
            position += 1
            if byte == UInt8(ascii: "=") {
                let isWhole = count == 0 || (count == 2 && (position == source.count || source[position] != UInt8(ascii: "=")))
                if isWhole { throw ToolError.invalid("Input byte array has wrong 4-byte ending unit") }
                if count == 2 { position += 1 }
                break scan
            }
            guard let value = value(of: byte) else { throw ToolError.invalid("Illegal base64 character \(String(Int8(bitPattern: byte), radix: 16))") }
            unit = unit << 6 | value
            count += 1
            if count == 4 {
                bytes += [UInt8(truncatingIfNeeded: unit >> 16), UInt8(truncatingIfNeeded: unit >> 8), UInt8(truncatingIfNeeded: unit)]
                (unit, count) = (0, 0)
            }
        }
        switch count {
        case 1: throw ToolError.invalid("Last unit does not have enough valid bits")
        case 2: bytes.append(UInt8(truncatingIfNeeded: unit >> 4))
        case 3: bytes += [UInt8(truncatingIfNeeded: unit >> 10), UInt8(truncatingIfNeeded: unit >> 2)]
        default: break
        }
        if position < source.count { throw ToolError.invalid("Input byte array has incorrect ending byte at \(position)") }
        return bytes
    }

    private static func value(of byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
