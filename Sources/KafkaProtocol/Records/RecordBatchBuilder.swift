/// Encodes records straight into the buffer of a batch of format v2; with compression, into one that is compressed at the end.
/// Not for use from several threads at once.
public final class RecordBatchBuilder {
    private var storage: ByteStorage
    private var used = RecordBatch.headerSize
    private var isBuilt = false

    public let compression: Compression
    public let compressionLevel: Int?
    public let timestampType: TimestampType
    public let isTransactional: Bool
    public let isControl: Bool
    public let deleteHorizonMs: Int64?

    // What may still be decided until the batch is built.
    public var baseOffset: Int64
    public var partitionLeaderEpoch: Int32
    public var producerId: Int64
    public var producerEpoch: Int16
    public var baseSequence: Int32
    /// Set to keep the offsets of records that are no longer in the batch (compaction); otherwise the last record's.
    public var lastOffsetDelta: Int32?
    /// Set to stamp a batch of type `logAppendTime`, in milliseconds; otherwise its largest record's.
    public var logAppendTime: Int64?

    public private(set) var count: Int32 = 0
    public private(set) var baseTimestamp: Int64 = -1
    public private(set) var maxTimestamp: Int64 = -1
    private var highestDelta: Int32 = -1

    /// - Parameters:
    ///   - capacity: bytes to take at once; the buffer grows past them
    ///   - deleteHorizonMs: see `RecordBatchFields.deleteHorizonMs`
    public init(
        baseOffset: Int64 = 0, compression: Compression = .none, compressionLevel: Int? = nil, timestampType: TimestampType = .createTime,
        partitionLeaderEpoch: Int32 = -1, producerId: Int64 = -1, producerEpoch: Int16 = -1, baseSequence: Int32 = -1,
        isTransactional: Bool = false, isControl: Bool = false, deleteHorizonMs: Int64? = nil, capacity: Int = 512
    ) {
        storage = ByteStorage(capacity: max(capacity, RecordBatch.headerSize))
        self.baseOffset = baseOffset
        self.compression = compression
        self.compressionLevel = compressionLevel
        self.timestampType = timestampType
        self.partitionLeaderEpoch = partitionLeaderEpoch
        self.producerId = producerId
        self.producerEpoch = producerEpoch
        self.baseSequence = baseSequence
        self.isTransactional = isTransactional
        self.isControl = isControl
        self.deleteHorizonMs = deleteHorizonMs
    }

    public var isEmpty: Bool { count == 0 }
    /// Bytes so far, header included, before compression.
    public var sizeInBytes: Int { used }
    public var nextOffset: Int64 { baseOffset &+ Int64(highestDelta) &+ 1 }

    /// Adds a record at the next offset.
    public func append(timestamp: Int64, key: Bytes?, value: Bytes?, headers: [RecordHeader] = []) {
        append(offset: nextOffset, timestamp: timestamp, key: key, value: value, headers: headers)
    }

    /// Adds a record at an offset of its own, which must be larger than the last one's and at most `Int32.max` from the base.
    public func append(offset: Int64, timestamp: Int64, key: Bytes?, value: Bytes?, headers: [RecordHeader] = [], attributes: Int8 = 0) {
        let delta = Int32(truncatingIfNeeded: offset &- baseOffset)
        (key ?? .empty).withUnsafeBytes { keyBytes in
            (value ?? .empty).withUnsafeBytes { valueBytes in
                append(
                    delta: delta, timestamp: timestamp, key: key == nil ? nil : keyBytes, value: value == nil ? nil : valueBytes, headers: headers,
                    attributes: attributes)
            }
        }
    }

    /// Adds a record from memory that the caller keeps, at the next offset.
    public func append(timestamp: Int64, rawKey: UnsafeRawBufferPointer?, rawValue: UnsafeRawBufferPointer?, headers: [RecordHeader] = []) {
        append(delta: highestDelta &+ 1, timestamp: timestamp, key: rawKey, value: rawValue, headers: headers, attributes: 0)
    }

    private func append(
        delta: Int32, timestamp: Int64, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, headers: [RecordHeader], attributes: Int8
    ) {
        precondition(!isBuilt, "the batch is already built")
        if count == 0 {
            baseTimestamp = deleteHorizonMs ?? timestamp
            maxTimestamp = timestamp
        }
        let timestampDelta = timestamp &- baseTimestamp
        let size = Self.bodySize(offsetDelta: delta, timestampDelta: timestampDelta, keyCount: key?.count, valueCount: value?.count, headers: headers)
        reserve(5 + size)
        var writer = VarintWriter(next: storage.base + used)
        writer.varint(Int32(truncatingIfNeeded: size))
        writer.byte(UInt8(bitPattern: attributes))
        writer.varlong(timestampDelta)
        writer.varint(delta)
        writer.nullable(key)
        writer.nullable(value)
        writer.varint(Int32(truncatingIfNeeded: headers.count))
        for header in headers {
            header.key.withUnsafeBytes { writer.nullable($0) }
            if let content = header.value { content.withUnsafeBytes { writer.nullable($0) } } else { writer.nullable(nil) }
        }
        used = writer.next - storage.base
        count += 1
        highestDelta = delta
        maxTimestamp = max(maxTimestamp, timestamp)
    }

    private func reserve(_ more: Int) {
        guard storage.capacity - used < more else { return }
        let larger = ByteStorage(capacity: max(used + more, 2 * storage.capacity))
        larger.base.copyMemory(from: storage.base, byteCount: used)
        storage = larger
    }

    /// The batch. Nothing may be added afterwards. A codec that fails (out of memory) leaves the records uncompressed.
    public func build() -> Bytes {
        isBuilt = true
        if compression != .none {
            let records = UnsafeRawBufferPointer(rebasing: storage.contents[RecordBatch.headerSize..<used])
            if let (compressed, total) = try? compression.compress(records, level: compressionLevel, headroom: RecordBatch.headerSize) {
                writeHeader(compressed, count: total, compression)
                storage = ByteStorage(capacity: 0)
                return Bytes(storage: compressed, offset: 0, count: total)
            }
        }
        writeHeader(storage, count: used, .none)
        return Bytes(storage: storage, offset: 0, count: used)
    }

    private func writeHeader(_ target: ByteStorage, count total: Int, _ compression: Compression) {
        var attributes = Int16(compression.rawValue) | Int16(timestampType.rawValue) << 3
        if isTransactional { attributes |= 16 }
        if isControl { attributes |= 32 }
        if deleteHorizonMs != nil { attributes |= 64 }
        let out = target.contents
        out.storeBigEndian(baseOffset, at: 0)
        out.storeBigEndian(Int32(truncatingIfNeeded: total - 12), at: 8)
        out.storeBigEndian(partitionLeaderEpoch, at: 12)
        out.storeBigEndian(Int8(2), at: 16)
        out.storeBigEndian(attributes, at: 21)
        out.storeBigEndian(lastOffsetDelta ?? highestDelta, at: 23)
        out.storeBigEndian(baseTimestamp, at: 27)
        out.storeBigEndian(logAppendTime ?? maxTimestamp, at: 35)
        out.storeBigEndian(producerId, at: 43)
        out.storeBigEndian(producerEpoch, at: 51)
        out.storeBigEndian(baseSequence, at: 53)
        out.storeBigEndian(count, at: 57)
        out.storeBigEndian(CRC32C.checksum(UnsafeRawBufferPointer(rebasing: out[RecordBatch.checksumStart..<total])), at: 17)
    }
}

// MARK: Sizes

extension RecordBatchBuilder {
    /// Bytes of a record behind its own size.
    static func bodySize(offsetDelta: Int32, timestampDelta: Int64, keyCount: Int?, valueCount: Int?, headers: [RecordHeader]) -> Int {
        var size = 1 + VarintWriter.size(timestampDelta) + VarintWriter.size(Int64(offsetDelta))
        size += VarintWriter.sizeWithLength(keyCount) + VarintWriter.sizeWithLength(valueCount) + VarintWriter.size(Int64(headers.count))
        for header in headers { size += VarintWriter.sizeWithLength(header.key.count) + VarintWriter.sizeWithLength(header.value?.count) }
        return size
    }

    /// What one more record would take at most, as Kafka's producer estimates it: 21 bytes and the contents with their lengths.
    public static func recordSizeUpperBound(keyCount: Int?, valueCount: Int?, headers: [RecordHeader]) -> Int {
        var size = 21 + VarintWriter.sizeWithLength(keyCount) + VarintWriter.sizeWithLength(valueCount) + VarintWriter.size(Int64(headers.count))
        for header in headers { size += VarintWriter.sizeWithLength(header.key.count) + VarintWriter.sizeWithLength(header.value?.count) }
        return size
    }
}

/// Writes a record's fields to memory that was reserved for them.
struct VarintWriter {
    var next: UnsafeMutableRawPointer

    @inline(__always)
    mutating func byte(_ value: UInt8) {
        next.storeBytes(of: value, as: UInt8.self)
        next += 1
    }

    @inline(__always)
    mutating func varlong(_ value: Int64) {
        var rest = UInt64(bitPattern: (value << 1) ^ (value >> 63))
        while rest >= 0x80 {
            byte(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        byte(UInt8(truncatingIfNeeded: rest))
    }

    @inline(__always) mutating func varint(_ value: Int32) { varlong(Int64(value)) }

    @inline(__always)
    mutating func nullable(_ bytes: UnsafeRawBufferPointer?) {
        guard let bytes else { return varint(-1) }
        varint(Int32(truncatingIfNeeded: bytes.count))
        if let base = bytes.baseAddress, !bytes.isEmpty { next.copyMemory(from: base, byteCount: bytes.count) }
        next += bytes.count
    }

    /// Bytes of a zigzag-encoded integer.
    @inline(__always)
    static func size(_ value: Int64) -> Int {
        let raw = UInt64(bitPattern: (value << 1) ^ (value >> 63))
        return (70 - (raw | 1).leadingZeroBitCount) / 7
    }

    @inline(__always)
    static func sizeWithLength(_ count: Int?) -> Int { count.map { size(Int64($0)) + $0 } ?? 1 }
}
