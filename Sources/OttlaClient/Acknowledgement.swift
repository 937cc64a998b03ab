internal import KafkaClient

/// Where a record was written.
public struct Acknowledgement: Sendable, Hashable {
    public let partition: KafkaPartition
    /// -1 when the broker does not say (`acks=0`).
    public let offset: Int64
    /// Milliseconds since 1970: the record's, or the broker's when the topic says so.
    public let timestampMs: Int64
}

extension Acknowledgement {
    init(_ metadata: RecordMetadata) {
        partition = KafkaPartition(metadata.topic, metadata.partition)
        offset = metadata.offset
        timestampMs = metadata.timestamp
    }
}
