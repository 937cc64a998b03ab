/// A batch whose records are in the log; with `acks=0`, one that was sent.
public struct WrittenBatch: Sendable {
    public let topic: String
    public let partition: Int32
    /// The offset of its first record; -1 when the broker does not say.
    public let baseOffset: Int64
    /// Bytes of the batch as it was sent: header, and records after compression.
    public let sizeInBytes: Int
    /// Its records in their order.
    public let runs: [RecordRun]
}

/// Records of a batch, one behind the other, that were offered with one timestamp and under one tag.
public struct RecordRun: Sendable, Equatable {
    /// Milliseconds since 1970.
    public let timestamp: Int64
    /// `Producer.tag` when they were offered.
    public let tag: Int
    public internal(set) var count: Int
    /// Bytes of their keys and values.
    public internal(set) var bytes: Int
}
