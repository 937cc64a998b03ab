import KafkaClient
import KafkaProtocol
import Vocabulary

/// A record as a row: what `console-consumer --output jsonl` prints and `console-producer --input jsonl` reads. Nothing of a record is lost.
struct RecordRow {
    let partition: TopicPartition
    let record: Record
    let timestampType: TimestampType

    static let records = Shape<RecordRow>(
        "records", "a record", isStream: true, text: .none,
        [
            Column("topic", "topic") { $0.partition.topic },
            Column("partition", "number of the partition") { $0.partition.partition },
            Column("offset", "offset") { $0.record.offset },
            Column("timestampMs", "timestamp, in milliseconds since 1970-01-01 UTC") { $0.record.timestamp < 0 ? nil : $0.record.timestamp },
            Column("timestampType", "who set it: CreateTime or LogAppendTime, NoTimestampType for none") { $0.timestampType.name },
            Column("headers", "headers in their order", type: .array(.object(headerFields))) { row in
                .array(
                    row.record.headers.map { .members(["key": FieldType.json(of: $0.key), "value": $0.value.map(FieldType.json) ?? .null]) })
            },
            Column("key", "key", type: .nullable(.bytes)) { $0.record.key.map(FieldType.json) ?? .null },
            Column("value", "value", type: .nullable(.bytes)) { $0.record.value.map(FieldType.json) ?? .null },
        ])

    private static let headerFields = [Field("key", .bytes, "key"), Field("value", .nullable(.bytes), "value")]
}

extension FieldType {
    /// Bytes as JSON: a string when they are UTF-8, otherwise `{"base64":"..."}`.
    static func json(of bytes: Bytes) -> JSONValue {
        if let text = bytes.withUnsafeBytes({ String(validating: $0, as: UTF8.self) }) { return .string(text) }
        return .members(["base64": .string(Base64.encode(bytes.array))])
    }

    /// The bytes that a JSON value stands for; nil when it is neither a string nor such an object.
    static func bytes(of value: JSONValue) -> Bytes? {
        switch value {
        case .string(let text): return Bytes(text)
        case .object(let members) where members.count == 1 && members[0].name == "base64":
            return members[0].value.stringValue.flatMap { Base64.decode($0) }.map { Bytes($0) }
        default: return nil
        }
    }
}
