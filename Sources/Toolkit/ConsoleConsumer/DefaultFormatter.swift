import KafkaClient
import KafkaProtocol
import Vocabulary

/// Kafka's default formatter: chosen fields in a fixed order, separated, each record ended by the line separator.
struct DefaultFormatter: MessageFormatter {
    static let propertyNames = [
        "print.timestamp", "print.partition", "print.offset", "print.delivery", "print.epoch", "print.headers", "print.key", "print.value", "key.separator",
        "line.separator", "headers.separator", "null.literal", "key.deserializer", "value.deserializer", "headers.deserializer",
    ]

    private enum Field {
        case timestamp, partition, offset, delivery, epoch, headers, key, value
    }

    private let fields: [Field]
    private let keySeparator: Bytes
    private let lineSeparator: Bytes
    private let headersSeparator: Bytes
    private let nullLiteral: Bytes
    private let keyDeserializer: Deserializer?
    private let valueDeserializer: Deserializer?
    private let headersDeserializer: Deserializer?

    init(_ properties: [String: String], warn: (String) -> Void) {
        func flag(_ name: String, default fallback: Bool = false) -> Bool {
            guard let text = properties[name] else { return fallback }
            return text.split(whereSeparator: { $0.isWhitespace }).joined().lowercased() == "true"
        }
        func bytes(_ name: String, _ fallback: String) -> Bytes { Bytes(properties[name] ?? fallback) }
        func deserializer(_ name: String) -> Deserializer? {
            guard let type = properties[name] else { return nil }
            let found = Deserializers.named(type, properties: properties, prefix: name + ".")
            if found == nil { warn("Unable to instantiate a deserializer from \(type)") }
            return found
        }
        let wanted: [(Field, Bool)] = [
            (.timestamp, flag("print.timestamp")), (.partition, flag("print.partition")), (.offset, flag("print.offset")),
            (.delivery, flag("print.delivery")), (.epoch, flag("print.epoch")), (.headers, flag("print.headers")), (.key, flag("print.key")),
            (.value, flag("print.value", default: true)),
        ]
        fields = wanted.filter(\.1).map(\.0)
        keySeparator = bytes("key.separator", "\t")
        lineSeparator = bytes("line.separator", "\n")
        headersSeparator = bytes("headers.separator", ",")
        nullLiteral = bytes("null.literal", "null")
        keyDeserializer = deserializer("key.deserializer")
        valueDeserializer = deserializer("value.deserializer")
        headersDeserializer = deserializer("headers.deserializer")
    }

    func write(_ record: Record, timestampType: TimestampType, partition: TopicPartition, to output: OutputWriter) throws(FormatError) {
        var isFirst = true
        for field in fields {
            if !isFirst { output.write(keySeparator) }
            isFirst = false
            switch field {
            case .timestamp:
                output.write(timestampType.name)
                output.write(":")
                output.write(String(record.timestamp))
            case .partition:
                output.write("Partition:")
                output.write(String(partition.partition))
            case .offset:
                output.write("Offset:")
                output.write(String(record.offset))
            case .delivery: output.write("Delivery:NOT_PRESENT")
            case .epoch: output.write("Epoch:NOT_PRESENT")
            case .headers: try writeHeaders(record, output)
            case .key: try write(record.key, keyDeserializer, output)
            case .value: try write(record.value, valueDeserializer, output)
            }
        }
        if !isFirst { output.write(lineSeparator) }
    }

    private func writeHeaders(_ record: Record, _ output: OutputWriter) throws(FormatError) {
        if record.headers.isEmpty { return output.write("NO_HEADERS") }
        var isFirst = true
        for header in record.headers {
            if !isFirst { output.write(headersSeparator) }
            isFirst = false
            output.write(header.key)
            output.write(byte: UInt8(ascii: ":"))
            try write(header.value, headersDeserializer, output)
        }
    }

    /// A null field is printed, and deserialized, as the null literal's bytes, as Kafka does.
    private func write(_ bytes: Bytes?, _ deserializer: Deserializer?, _ output: OutputWriter) throws(FormatError) {
        let present = bytes ?? nullLiteral
        if let deserializer { output.write(try deserializer.text(present)) } else { output.write(present) }
    }
}
