internal import KafkaProtocol

/// A record that was read.
public struct ConsumedRecord: Sendable, Hashable {
    public let partition: KafkaPartition
    public let offset: Int64
    /// Milliseconds since 1970; -1 when the record has no time.
    public let timestampMs: Int64
    public let key: [UInt8]?
    public let value: [UInt8]?
    public let headers: [KafkaHeader]

    /// The key as text, with what is not UTF-8 replaced.
    public var keyText: String? { key.map { String(decoding: $0, as: UTF8.self) } }
    /// The value as text, with what is not UTF-8 replaced.
    public var valueText: String? { value.map { String(decoding: $0, as: UTF8.self) } }
}

extension ConsumedRecord {
    init(_ record: Record, _ partition: KafkaPartition) {
        self.partition = partition
        offset = record.offset
        timestampMs = record.timestamp
        key = record.key?.array
        value = record.value?.array
        headers = record.headers.map { KafkaHeader($0.key.text, $0.value?.array) }
    }
}
