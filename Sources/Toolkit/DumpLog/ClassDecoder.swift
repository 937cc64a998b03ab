import KafkaProtocol

/// Keys and values as Java classes read them, by name: the decoders that Kafka's tools bring along, and the deserializers of its clients library.
struct ClassDecoder: RecordDecoder {
    private let key: (Bytes) throws(FormatError) -> DecodedField
    private let value: (Bytes) throws(FormatError) -> DecodedField

    private static let package = "org.apache.kafka.tools.api."
    static let names = ["String", "Integer", "Long", "Default"].map { package + $0 + "Decoder" } + Deserializers.names
    /// Deserializers whose text is a number.
    private static let numeric = ["Long", "Integer", "Short", "Double", "Float"]

    init(key: String, value: String) throws(ToolError) {
        self.value = try Self.field(value)
        self.key = try Self.field(key)
    }

    func decode(_ record: Record) throws(FormatError) -> RecordContent {
        var content = RecordContent()
        do throws(FormatError) {
            if let bytes = record.key { content.key = try key(bytes) }
            if let bytes = record.value { content.value = try value(bytes) }
        } catch {
            throw FormatError(description: "the record at offset \(record.offset) cannot be decoded: \(error)")
        }
        return content
    }

    private static func field(_ name: String) throws(ToolError) -> (Bytes) throws(FormatError) -> DecodedField {
        switch name {
        case package + "StringDecoder": return { bytes throws(FormatError) in .bytes(bytes) }
        case package + "IntegerDecoder": return { bytes throws(FormatError) in try number(bytes, Int32.self) }
        case package + "LongDecoder": return { bytes throws(FormatError) in try number(bytes, Int64.self) }
        // Java prints the identity of an array here, which means nothing to anybody.
        case package + "DefaultDecoder": return try field("org.apache.kafka.common.serialization.ByteArrayDeserializer")
        default: break
        }
        guard let deserializer = Deserializers.named(name, properties: [:], prefix: "") else {
            throw ToolError.invalid("Failed to load decoder class \(name); known are \(names.joined(separator: ", "))")
        }
        let isNumeric = numeric.contains { name.hasSuffix(".\($0)Deserializer") }
        let read = deserializer.text
        return { bytes throws(FormatError) in isNumeric ? .number(try read(bytes)) : .text(try read(bytes)) }
    }

    /// The first bytes, as Java reads a number from a buffer.
    private static func number<T: FixedWidthInteger>(_ bytes: Bytes, _ type: T.Type) throws(FormatError) -> DecodedField {
        let size = MemoryLayout<T>.size
        guard bytes.count >= size else { throw FormatError(description: "\(bytes.count) bytes are not a number of \(size)") }
        return .number(String(bytes.load(0, as: T.self)))
    }
}
