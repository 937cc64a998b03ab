import KafkaProtocol

/// Reads keys and values of records as those of one kind of topic.
protocol RecordDecoder {
    /// Key and value as they are shown. What cannot be read is said in place of it; only what ends Kafka's tool is thrown.
    func decode(_ record: Record) throws(FormatError) -> RecordContent
}

/// A record's key and value as they are shown.
struct RecordContent {
    var key: DecodedField?
    var value: DecodedField?
}

/// A key or value as it is shown.
enum DecodedField {
    /// A text of any bytes.
    case bytes(Bytes)
    /// A sentence, or the text of an object of some Java class.
    case text(String)
    /// A number in decimal digits.
    case number(String)
    /// A JSON document.
    case document(String)
    /// What stands for the value of a tombstone.
    case deleted

    /// As Kafka prints it.
    var text: String {
        switch self {
        case .bytes(let bytes): bytes.text
        case .text(let text), .number(let text), .document(let text): text
        case .deleted: "<DELETE>"
        }
    }

    var json: JSONValue {
        switch self {
        case .bytes(let bytes): FieldType.json(of: bytes)
        case .text(let text): .string(text)
        case .number(let text), .document(let text): (try? JSONReader.parse(text)) ?? .string(text)
        case .deleted: .null
        }
    }
}

extension ParsedOptions {
    /// Whether keys and values are shown.
    var printsContents: Bool { (["print-data-log", "key-decoder-class", "value-decoder-class"] + Self.topicDecoders).contains { has($0) } }

    private static let topicDecoders = [
        "offsets-decoder", "transaction-log-decoder", "cluster-metadata-decoder", "remote-log-metadata-decoder", "share-group-state-decoder",
    ]

    /// The decoder that was asked for. Of several, Kafka's tool takes the first in this order.
    func recordDecoder() throws(ToolError) -> any RecordDecoder {
        switch Self.topicDecoders.first(where: { has($0) }) {
        case "offsets-decoder"?: return CoordinatorRecordDecoder.offsets
        case "transaction-log-decoder"?: return CoordinatorRecordDecoder.transactions
        case "cluster-metadata-decoder"?: return MetadataRecordDecoder()
        case "remote-log-metadata-decoder"?: return RemoteLogMetadataDecoder()
        case "share-group-state-decoder"?: return CoordinatorRecordDecoder.shareState
        default: return try ClassDecoder(key: requiredString("key-decoder-class"), value: requiredString("value-decoder-class"))
        }
    }
}
