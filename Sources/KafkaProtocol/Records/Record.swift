/// A header of a record. Kafka's header keys are texts, kept here as the bytes they travel in.
public struct RecordHeader: Sendable, Hashable {
    public var key: Bytes
    public var value: Bytes?

    public init(key: Bytes, value: Bytes?) {
        self.key = key
        self.value = value
    }

    public init(_ key: String, _ value: Bytes?) { self.init(key: Bytes(key), value: value) }
}

/// One record of a batch. Key, value and headers are slices of the batch's (decompressed) bytes.
public struct Record: Sendable {
    public var attributes: Int8
    public var offset: Int64
    public var offsetDelta: Int32
    /// Milliseconds since 1970; the batch's append time when that is what its timestamps are. -1: none.
    public var timestamp: Int64
    /// As stored: milliseconds from the batch's base timestamp, which with append times tells what the producer said.
    public var timestampDelta: Int64
    public var key: Bytes?
    public var value: Bytes?
    public var headers: [RecordHeader]

    public init(offset: Int64, timestamp: Int64, key: Bytes?, value: Bytes?, headers: [RecordHeader] = []) {
        attributes = 0
        self.offset = offset
        offsetDelta = 0
        self.timestamp = timestamp
        timestampDelta = 0
        self.key = key
        self.value = value
        self.headers = headers
    }
}

extension RecordBatch {
    /// A bound on what the records of one batch may take in memory, for callers that have none of their own: 256 MiB.
    public static let defaultMaxDecompressedBytes = 256 << 20

    /// The records, one at a time. Decompresses all of them first; the checksum is not looked at.
    public func reader(maxDecompressedBytes: Int = defaultMaxDecompressedBytes) throws(RecordBatchError) -> RecordReader {
        let records = compression == .none ? payload : try compression.decompress(payload, maxBytes: maxDecompressedBytes)
        return RecordReader(records: records, batch: self)
    }

    /// All records. The number that the header claims is not trusted with memory.
    public func records(maxDecompressedBytes: Int = defaultMaxDecompressedBytes) throws(RecordBatchError) -> [Record] {
        var reader = try reader(maxDecompressedBytes: maxDecompressedBytes)
        var records: [Record] = []
        records.reserveCapacity(Swift.min(Int(count), reader.remainingBytes / RecordReader.smallestRecord))
        while let record = try reader.next() { records.append(record) }
        return records
    }
}
