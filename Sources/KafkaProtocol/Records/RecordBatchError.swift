/// Why bytes are not a batch of records that can be read.
public enum RecordBatchError: Error, Sendable, Equatable {
    /// The bytes end before the batch does.
    case truncated
    /// The batch's own length is smaller than its header.
    case invalidLength(Int)
    /// A message set of Kafka 0.10 or older (magic 0 or 1), which Kafka 4 no longer accepts.
    case legacyMagic(Int8)
    case unknownMagic(Int8)
    case unknownCompression(UInt8)
    case invalidCrc(stored: UInt32, computed: UInt32)
    /// The number of records is negative, or not what the batch holds.
    case invalidCount(Int32)
    /// A record cannot be read; `position` counts bytes from the start of the (decompressed) records.
    case invalidRecord(position: Int)
    /// Bytes follow the last record.
    case trailingBytes(Int)
    case corruptCompressedData(Compression)
    /// The records take more than `limit` bytes decompressed.
    case decompressedTooLarge(limit: Int)
}

extension RecordBatchError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .truncated: "record batch is cut short"
        case .invalidLength(let length): "record batch has the invalid length \(length)"
        case .legacyMagic(let magic): "message format v\(magic) is no longer supported"
        case .unknownMagic(let magic): "record batch has the unknown magic \(magic)"
        case .unknownCompression(let id): "record batch has the unknown compression type \(id)"
        case .invalidCrc(let stored, let computed): "record batch is corrupt (stored crc = \(stored), computed crc = \(computed))"
        case .invalidCount(let count): "record batch has the invalid record count \(count)"
        case .invalidRecord(let position): "record at byte \(position) of the batch is invalid"
        case .trailingBytes(let count): "\(count) bytes follow the last record of the batch"
        case .corruptCompressedData(let compression): "\(compression.name) data of the record batch is corrupt"
        case .decompressedTooLarge(let limit): "record batch is larger than \(limit) bytes when decompressed"
        }
    }
}
