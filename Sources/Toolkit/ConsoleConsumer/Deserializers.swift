import KafkaProtocol

/// Turns a key or value into the text that Java prints for the deserialized object.
struct Deserializer {
    let text: (Bytes) throws(FormatError) -> String
}

/// The deserializers of Kafka's clients library, by class name.
enum Deserializers {
    private static let package = "org.apache.kafka.common.serialization."
    static let names = ["String", "Long", "Integer", "Short", "Double", "Float", "Boolean", "UUID", "ByteArray", "ByteBuffer", "Bytes", "Void"]
        .map { package + $0 + "Deserializer" }

    /// Nil for a class that is not one of them, or an encoding that is not known.
    /// - Parameter prefix: what the names of this deserializer's own properties begin with.
    static func named(_ name: String, properties: [String: String], prefix: String) -> Deserializer? {
        guard name.hasPrefix(package), name.hasSuffix("Deserializer") else { return nil }
        switch name.dropFirst(package.count).dropLast("Deserializer".count) {
        case "String": return string(encoding(properties, prefix))
        case "Long": return Deserializer { bytes throws(FormatError) in String(try integer(bytes, Int64.self, "LongDeserializer")) }
        case "Integer": return Deserializer { bytes throws(FormatError) in String(try integer(bytes, Int32.self, "IntegerDeserializer")) }
        case "Short": return Deserializer { bytes throws(FormatError) in String(try integer(bytes, Int16.self, "ShortDeserializer")) }
        case "Double":
            return Deserializer { bytes throws(FormatError) in
                JavaNumber.text(Double(bitPattern: UInt64(bitPattern: try integer(bytes, Int64.self, "Deserializer"))))
            }
        case "Float":
            return Deserializer { bytes throws(FormatError) in
                JavaNumber.text(Float(bitPattern: UInt32(bitPattern: try integer(bytes, Int32.self, "Deserializer"))))
            }
        case "Boolean": return Deserializer(text: boolean)
        case "UUID": return Deserializer(text: uuid)
        // Java prints an object's identity here, which means nothing to anybody; the bytes' own hash at least tells equal from different.
        case "ByteArray": return Deserializer { bytes throws(FormatError) in "[B@" + String(hash(bytes), radix: 16) }
        case "ByteBuffer": return Deserializer { bytes throws(FormatError) in "java.nio.HeapByteBuffer[pos=0 lim=\(bytes.count) cap=\(bytes.count)]" }
        case "Bytes": return Deserializer { bytes throws(FormatError) in escaped(bytes) }
        case "Void":
            return Deserializer { _ throws(FormatError) in
                throw FormatError(description: "java.lang.IllegalArgumentException: Data should be null for a VoidDeserializer.")
            }
        default: return nil
        }
    }

    private static func integer<T: FixedWidthInteger>(_ bytes: Bytes, _ type: T.Type, _ name: String) throws(FormatError) -> T {
        let size = MemoryLayout<T>.size
        guard bytes.count == size else { throw .serialization("Size of data received by \(name) is not \(size)") }
        return bytes.load(0, as: T.self)
    }

    private static func encoding(_ properties: [String: String], _ prefix: String) -> String {
        let own = prefix.hasPrefix("key") ? "key.deserializer.encoding" : "value.deserializer.encoding"
        return (properties[prefix + own] ?? properties[prefix + "deserializer.encoding"] ?? "UTF-8").uppercased()
    }

    private static func string(_ encoding: String) -> Deserializer? {
        switch encoding {
        case "UTF-8", "UTF8": Deserializer { bytes throws(FormatError) in bytes.text }
        case "US-ASCII", "ASCII": Deserializer { bytes throws(FormatError) in scalars(bytes.array.map { $0 < 0x80 ? UInt32($0) : 0xFFFD }) }
        case "ISO-8859-1", "ISO8859_1", "LATIN1": Deserializer { bytes throws(FormatError) in scalars(bytes.array.map { UInt32($0) }) }
        case "UTF-16", "UTF-16BE": Deserializer { bytes throws(FormatError) in utf16(bytes, bigEndian: true, readsMark: encoding == "UTF-16") }
        case "UTF-16LE": Deserializer { bytes throws(FormatError) in utf16(bytes, bigEndian: false, readsMark: false) }
        default: nil
        }
    }

    private static func scalars(_ values: [UInt32]) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: values.compactMap(Unicode.Scalar.init))
        return String(text)
    }

    private static func utf16(_ bytes: Bytes, bigEndian: Bool, readsMark: Bool) -> String {
        var units = stride(from: 0, to: bytes.count - 1, by: 2).map { at in
            let unit = bytes.load(at, as: UInt16.self)
            return bigEndian ? unit : unit.byteSwapped
        }
        if readsMark, let mark = units.first, mark == 0xFEFF || mark == 0xFFFE {
            units.removeFirst()
            if mark == 0xFFFE { units = units.map(\.byteSwapped) }
        }
        return String(decoding: units, as: UTF16.self)
    }

    private static func boolean(_ bytes: Bytes) throws(FormatError) -> String {
        guard bytes.count == 1 else { throw .serialization("Size of data received by BooleanDeserializer is not 1") }
        switch bytes[0] {
        case 1: return "true"
        case 0: return "false"
        default: throw .serialization("Unexpected byte received by BooleanDeserializer: \(Int8(bitPattern: bytes[0]))")
        }
    }

    /// Java's `UUID.fromString` of the text: five groups of hexadecimal digits, each cut to its width.
    private static func uuid(_ bytes: Bytes) throws(FormatError) -> String {
        let groups = bytes.text.split(separator: "-", omittingEmptySubsequences: false)
        let widths = [8, 4, 4, 4, 12]
        let values = groups.compactMap { UInt64($0, radix: 16) }
        guard groups.count == 5, values.count == 5, groups.allSatisfy({ $0.first != "+" }) else { throw .serialization("Error parsing data into UUID") }
        return zip(values, widths).map { value, width in
            let digits = String(value, radix: 16)
            return digits.count >= width ? String(digits.suffix(width)) : String(repeating: "0", count: width - digits.count) + digits
        }.joined(separator: "-")
    }

    private static func hash(_ bytes: Bytes) -> UInt32 { bytes.array.reduce(1) { 31 &* $0 &+ UInt32(bitPattern: Int32(Int8(bitPattern: $1))) } }

    /// Kafka's class `Bytes`: printable ASCII as it is, the rest as `\xNN`.
    private static func escaped(_ bytes: Bytes) -> String {
        bytes.array.map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return (0x20...0x7E).contains(byte) ? String(UnicodeScalar(byte)) : "\\x" + (digits.count < 2 ? "0" : "") + digits
        }.joined()
    }
}
