/// Reads the records of a batch in order (Kafka documentation, "Record"). Never reads outside the bytes, whatever they say.
public struct RecordReader: Sendable {
    /// Bytes of a record with nothing in it: size, attributes, two deltas, two lengths, number of headers.
    static let smallestRecord = 7

    private let records: Bytes
    private var position = 0
    private var left: Int32
    private let baseOffset: Int64
    private let baseTimestamp: Int64
    private let appendTime: Int64?
    private let count: Int32

    init(records: Bytes, batch: RecordBatch) {
        self.records = records
        count = batch.count
        left = batch.count
        baseOffset = batch.baseOffset
        baseTimestamp = batch.baseTimestamp
        appendTime = batch.timestampType == .logAppendTime ? batch.maxTimestamp : nil
    }

    public var remainingBytes: Int { records.count - position }

    /// The next record, nil behind the last. Bytes behind the last record, and fewer records than announced, are errors.
    public mutating func next() throws(RecordBatchError) -> Record? {
        guard left > 0 else {
            guard remainingBytes == 0 else { throw .trailingBytes(remainingBytes) }
            return nil
        }
        guard remainingBytes > 0 else { throw .invalidCount(count) }
        left -= 1
        let start = position
        var cursor = RecordCursor(bytes: records, position: start, end: records.count)
        guard let size = cursor.varint(), size >= 0, Int(size) <= records.count - cursor.position else { throw .invalidRecord(position: start) }
        let end = cursor.position + Int(size)
        cursor.end = end
        guard let record = record(&cursor), cursor.position == end else { throw .invalidRecord(position: start) }
        position = end
        return record
    }

    @inline(__always)
    private func record(_ cursor: inout RecordCursor) -> Record? {
        guard let attributes = cursor.byte(), let timestampDelta = cursor.varlong(), let offsetDelta = cursor.varint(),
            let key = cursor.nullableBytes(), let value = cursor.nullableBytes(), let headerCount = cursor.varint(),
            headerCount >= 0, Int(headerCount) <= (cursor.end - cursor.position) / 2
        else { return nil }
        var record = Record(
            offset: baseOffset &+ Int64(offsetDelta), timestamp: appendTime ?? baseTimestamp &+ timestampDelta, key: key.bytes, value: value.bytes)
        record.attributes = Int8(bitPattern: attributes)
        record.offsetDelta = offsetDelta
        record.timestampDelta = timestampDelta
        if headerCount > 0 {
            record.headers.reserveCapacity(Int(headerCount))
            for _ in 0..<headerCount {
                guard let name = cursor.nullableBytes()?.bytes, let content = cursor.nullableBytes() else { return nil }
                record.headers.append(RecordHeader(key: name, value: content.bytes))
            }
        }
        return record
    }
}

/// A position in a record's bytes. Every read is nil when it would pass `end`.
struct RecordCursor {
    let bytes: Bytes
    var position: Int
    var end: Int

    @inline(__always)
    mutating func byte() -> UInt8? {
        guard position < end else { return nil }
        defer { position += 1 }
        return bytes[position]
    }

    @inline(__always)
    private mutating func unsigned(maxBytes: Int) -> UInt64? {
        var value: UInt64 = 0
        for index in 0..<maxBytes {
            guard let next = byte() else { return nil }
            value |= UInt64(next & 0x7f) << UInt64(7 * index)
            if next < 0x80 { return value }
        }
        return nil
    }

    /// A zigzag-encoded integer of at most five bytes.
    @inline(__always)
    mutating func varint() -> Int32? {
        guard let raw = unsigned(maxBytes: 5) else { return nil }
        let value = UInt32(truncatingIfNeeded: raw)
        return Int32(bitPattern: value >> 1) ^ -Int32(bitPattern: value & 1)
    }

    /// A zigzag-encoded integer of at most ten bytes.
    @inline(__always)
    mutating func varlong() -> Int64? {
        guard let value = unsigned(maxBytes: 10) else { return nil }
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// Bytes behind their length; a length of -1 is null.
    @inline(__always)
    mutating func nullableBytes() -> (bytes: Bytes?, Void)? {
        guard let length = varint() else { return nil }
        guard length != -1 else { return (nil, ()) }
        guard length >= 0, Int(length) <= end - position else { return nil }
        defer { position += Int(length) }
        return (bytes[position..<position + Int(length)], ())
    }
}
