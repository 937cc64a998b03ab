/// What a control record says; raw values are those of its key.
public enum ControlRecordType: Int16, Sendable {
    case abort = 0
    case commit = 1
    case leaderChange = 2
    case snapshotHeader = 3
    case snapshotFooter = 4
    case kraftVersion = 5
    case kraftVoters = 6

    /// Read from a control record's key: version, then type. Nil for types that are not known, which readers skip.
    public init?(key: Bytes?) {
        guard let key, key.count >= 4, key.load(0, as: Int16.self) >= 0 else { return nil }
        self.init(rawValue: key.load(2))
    }

    /// The key of a control record of this type.
    public var key: Bytes {
        let type = UInt8(truncatingIfNeeded: rawValue)
        return [0, 0, 0, type]
    }
}

extension Record {
    /// The type, of a record of a control batch.
    public var controlType: ControlRecordType? { ControlRecordType(key: key) }
}

extension RecordBatch {
    /// A batch of one marker that ends a transaction.
    /// - Parameters:
    ///   - commits: whether the transaction's records become visible
    ///   - timestamp: in milliseconds
    public static func endTransactionMarker(
        commits: Bool, baseOffset: Int64 = 0, partitionLeaderEpoch: Int32 = -1, timestamp: Int64, producerId: Int64, producerEpoch: Int16,
        coordinatorEpoch: Int32
    ) -> Bytes {
        let builder = RecordBatchBuilder(
            baseOffset: baseOffset, partitionLeaderEpoch: partitionLeaderEpoch, producerId: producerId, producerEpoch: producerEpoch,
            isTransactional: true, isControl: true, capacity: 78)
        var marker = EndTxnMarker()
        marker.coordinatorEpoch = coordinatorEpoch
        builder.append(timestamp: timestamp, key: (commits ? ControlRecordType.commit : .abort).key, value: versioned(marker))
        return builder.build()
    }

    /// A marker's value carries its version in front.
    private static func versioned(_ marker: EndTxnMarker) -> Bytes {
        var writer = WireWriter(capacity: 16)
        writer.integer(Int16(0))
        marker.encode(into: &writer, version: 0)
        return writer.finishedBytes()
    }
}
