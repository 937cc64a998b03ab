extension RecordBatch {
    /// The batch with fields of its header replaced, as a header of its own and the untouched records, which are not copied.
    /// Offset and leader epoch lie outside the checksum; any other change has it computed anew.
    /// - Parameters:
    ///   - logAppendTime: sets the timestamp type to `logAppendTime` and the largest timestamp to this, in milliseconds
    ///   - maxTimestamp: sets the largest timestamp alone, and the type to `createTime`
    ///   - producer: producer id, epoch and base sequence
    public func patched(
        baseOffset: Int64? = nil, partitionLeaderEpoch: Int32? = nil, logAppendTime: Int64? = nil, maxTimestamp: Int64? = nil,
        producer: (id: Int64, epoch: Int16, baseSequence: Int32)? = nil
    ) -> [Bytes] {
        let body = payload
        let header = Bytes(capacity: Self.headerSize) { out in
            bytes.withUnsafeBytes { out.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<Self.headerSize])) }
            if let baseOffset { out.storeBigEndian(baseOffset, at: 0) }
            if let partitionLeaderEpoch { out.storeBigEndian(partitionLeaderEpoch, at: 12) }
            if let logAppendTime {
                out.storeBigEndian(attributes | 8, at: 21)
                out.storeBigEndian(logAppendTime, at: 35)
            } else if let maxTimestamp {
                out.storeBigEndian(attributes & ~8, at: 21)
                out.storeBigEndian(maxTimestamp, at: 35)
            }
            if let producer {
                out.storeBigEndian(producer.id, at: 43)
                out.storeBigEndian(producer.epoch, at: 51)
                out.storeBigEndian(producer.baseSequence, at: 53)
            }
            if logAppendTime != nil || maxTimestamp != nil || producer != nil {
                let head = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: out[Self.checksumStart..<Self.headerSize]))
                out.storeBigEndian(CRC32C.checksum(body, continuing: head), at: 17)
            }
            return Self.headerSize
        }
        return [header, body]
    }
}

extension UnsafeMutableRawBufferPointer {
    @inline(__always)
    func storeBigEndian<T: FixedWidthInteger>(_ value: T, at position: Int) {
        storeBytes(of: value.bigEndian, toByteOffset: position, as: T.self)
    }
}
