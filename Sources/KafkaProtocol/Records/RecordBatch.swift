/// Whose clock a batch's timestamps come from.
public enum TimestampType: UInt8, Sendable {
    case createTime = 0
    case logAppendTime = 1

    /// Kafka's name for it: `CreateTime` or `LogAppendTime`.
    public var name: String { self == .createTime ? "CreateTime" : "LogAppendTime" }
}

/// The fixed header of a record batch of format v2 (Kafka documentation, "Record Batch"), read in place.
/// Conformers promise that `bytes` holds at least `RecordBatch.headerSize` bytes of a v2 header that `parseHeader` accepted.
public protocol RecordBatchFields {
    var bytes: Bytes { get }
}

extension RecordBatchFields {
    @inlinable public var baseOffset: Int64 { bytes.load(0) }
    /// The whole batch in bytes, base offset and length included.
    @inlinable public var sizeInBytes: Int { 12 + Int(bytes.load(8, as: Int32.self)) }
    @inlinable public var partitionLeaderEpoch: Int32 { bytes.load(12) }
    @inlinable public var crc: UInt32 { bytes.load(17) }
    @inlinable public var attributes: Int16 { bytes.load(21) }
    @inlinable public var lastOffsetDelta: Int32 { bytes.load(23) }
    /// Milliseconds; the delete horizon instead when `hasDeleteHorizon`. Records' timestamps count from it either way.
    @inlinable public var baseTimestamp: Int64 { bytes.load(27) }
    @inlinable public var maxTimestamp: Int64 { bytes.load(35) }
    @inlinable public var producerId: Int64 { bytes.load(43) }
    @inlinable public var producerEpoch: Int16 { bytes.load(51) }
    @inlinable public var baseSequence: Int32 { bytes.load(53) }
    /// The number of records.
    @inlinable public var count: Int32 { bytes.load(57) }

    @inlinable public var lastOffset: Int64 { baseOffset &+ Int64(lastOffsetDelta) }
    @inlinable public var nextOffset: Int64 { lastOffset &+ 1 }
    public var compression: Compression { Compression(rawValue: UInt8(truncatingIfNeeded: attributes & 7)) ?? .none }
    @inlinable public var timestampType: TimestampType { attributes & 8 == 0 ? .createTime : .logAppendTime }
    @inlinable public var isTransactional: Bool { attributes & 16 != 0 }
    /// Whether the records mark a transaction's end or a change of the log, and are not for consumers.
    @inlinable public var isControl: Bool { attributes & 32 != 0 }
    @inlinable public var hasDeleteHorizon: Bool { attributes & 64 != 0 }
    /// When tombstones and transaction markers may be compacted away (KIP-534), in milliseconds.
    @inlinable public var deleteHorizonMs: Int64? { hasDeleteHorizon ? baseTimestamp : nil }
    @inlinable public var hasProducerId: Bool { producerId >= 0 }
    /// The sequence number of the last record; numbers wrap around after `Int32.max`. -1 without a producer id.
    public var lastSequence: Int32 {
        baseSequence < 0 ? -1 : RecordBatch.sequence(baseSequence, plus: lastOffsetDelta)
    }
}

/// The header alone, for code that has not (yet) read the records.
public struct RecordBatchHeader: RecordBatchFields, Sendable {
    public let bytes: Bytes

    @usableFromInline init(bytes: Bytes) { self.bytes = bytes }
}

/// One whole record batch of format v2 as it travels and is stored. A view: the bytes are shared, not copied.
public struct RecordBatch: RecordBatchFields, Sendable {
    /// Bytes before the first record.
    public static let headerSize = 61
    /// Where the bytes begin that the checksum covers.
    static let checksumStart = 21

    /// Exactly the batch.
    public let bytes: Bytes

    /// The batch at a byte position; what follows it is ignored. The checksum is not looked at.
    public static func parse(_ bytes: Bytes, at position: Int = 0) throws(RecordBatchError) -> RecordBatch {
        let header = try parseHeader(bytes, at: position)
        let size = header.sizeInBytes
        guard size <= bytes.count - position else { throw .truncated }
        return RecordBatch(bytes: bytes[position..<position + size])
    }

    /// The header at a byte position, whether or not all of the batch is there.
    public static func parseHeader(_ bytes: Bytes, at position: Int = 0) throws(RecordBatchError) -> RecordBatchHeader {
        guard position >= 0, bytes.count - position > 16 else { throw .truncated }
        let magic: Int8 = bytes.load(position + 16)
        // Legacy message sets keep their magic at the same place; their smallest message has 14 bytes after the length.
        guard magic != 0 && magic != 1 else { throw .legacyMagic(magic) }
        guard magic == 2 else { throw .unknownMagic(magic) }
        let length = Int(bytes.load(position + 8, as: Int32.self))
        guard length >= headerSize - 12 else { throw .invalidLength(length) }
        guard bytes.count - position >= headerSize else { throw .truncated }
        let header = RecordBatchHeader(bytes: bytes[position..<position + headerSize])
        guard header.count >= 0 else { throw .invalidCount(header.count) }
        let id = UInt8(truncatingIfNeeded: header.attributes & 7)
        guard Compression(rawValue: id) != nil else { throw .unknownCompression(id) }
        return header
    }

    /// What the batch's checksum should be.
    public var computedCrc: UInt32 {
        bytes.withUnsafeBytes { CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0[Self.checksumStart...])) }
    }

    public var isCrcValid: Bool { crc == computedCrc }

    public func checkCrc() throws(RecordBatchError) {
        let computed = computedCrc
        guard crc == computed else { throw .invalidCrc(stored: crc, computed: computed) }
    }

    /// The records as they travel: compressed, if the batch is.
    public var payload: Bytes { bytes.dropFirst(Self.headerSize) }

    /// A sequence number some records further on; numbers wrap around from `Int32.max` to 0.
    public static func sequence(_ sequence: Int32, plus count: Int32) -> Int32 {
        Int32((Int64(sequence) + Int64(count)) & 0x7fff_ffff)
    }
}
