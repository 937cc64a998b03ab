import KafkaClient
import Vocabulary

/// What a field of a row may hold, as the schema of a command's JSON says it.
public indirect enum FieldType: Equatable, Sendable {
    case string
    case integer
    case number
    case boolean
    /// A string when the bytes are UTF-8, otherwise an object with them as `base64`.
    case bytes
    case array(FieldType)
    /// Names that are not known before, each with a value of one type.
    case map(FieldType)
    case object([Field])
    /// Whatever a schema outside of Ottla says: the content of a record of one of Kafka's own topics.
    case any
    /// The type, or null: where Kafka's text has `-` or leaves the value out.
    case nullable(FieldType)
}

/// A field of a row: its name in JSON, type and meaning.
public struct Field: Equatable, Sendable {
    /// The name ("currentOffset").
    public let name: String
    /// What it may hold.
    public let type: FieldType
    /// One phrase: what it is, with its unit.
    public let help: String
    /// Of its column in Kafka's table; empty where there is no table.
    public let heading: String

    /// Describes a field.
    public init(_ name: String, _ type: FieldType, _ help: String, heading: String = "") {
        self.name = name
        self.type = type
        self.help = help
        self.heading = heading
    }
}

/// A value that a row can hold: it knows its type in a schema and itself as JSON.
public protocol FieldValue: Sendable {
    /// The type in a schema.
    static var fieldType: FieldType { get }
    /// The value.
    var json: JSONValue { get }
}

extension FieldValue where Self: BinaryInteger {
    public static var fieldType: FieldType { .integer }
    public var json: JSONValue { .int(Int64(clamping: self)) }
}

extension Int: FieldValue {}
extension Int16: FieldValue {}
extension Int32: FieldValue {}
extension Int64: FieldValue {}

extension String: FieldValue {
    public static var fieldType: FieldType { .string }
    public var json: JSONValue { .string(self) }
}

extension Bool: FieldValue {
    public static var fieldType: FieldType { .boolean }
    public var json: JSONValue { .bool(self) }
}

extension Double: FieldValue {
    public static var fieldType: FieldType { .number }
    public var json: JSONValue { .double(self) }
}

extension Optional: FieldValue where Wrapped: FieldValue {
    public static var fieldType: FieldType { .nullable(Wrapped.fieldType) }
    public var json: JSONValue { self?.json ?? .null }
}

extension Array: FieldValue where Element: FieldValue {
    public static var fieldType: FieldType { .array(Element.fieldType) }
    public var json: JSONValue { .array(map(\.json)) }
}

extension Dictionary: FieldValue where Key == String, Value: FieldValue {
    public static var fieldType: FieldType { .map(Value.fieldType) }
    /// Members sorted by name.
    public var json: JSONValue { .object(sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, $0.value.json) }) }
}

extension TopicPartition: FieldValue {
    public static var fieldType: FieldType { .object([Field("topic", .string, "topic"), Field("partition", .integer, "number of the partition")]) }
    public var json: JSONValue { .members(["topic": .string(topic), "partition": .int(Int64(partition))]) }
}

/// A broker as a field of a row.
enum ClusterNode {
    static let fields = [Field("id", .integer, "id"), Field("host", .string, "host"), Field("port", .integer, "port")]

    static func json(_ broker: ClusterMetadata.Broker) -> JSONValue {
        .members(["id": .int(Int64(broker.id)), "host": .string(broker.host), "port": .int(Int64(broker.port))])
    }
}

extension JSONValue {
    /// As a table shows it: null as `-`, a list with commas, the rest as it is.
    var cellText: String {
        switch self {
        case .null: "-"
        case .string(let text): text
        case .array(let values): values.map(\.cellText).joined(separator: ",")
        default: text
        }
    }
}
