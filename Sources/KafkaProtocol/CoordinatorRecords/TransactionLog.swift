/// TransactionLogKey, record type 0, version 0.
public struct TransactionLogKey: LogMessage {
    public static let name = "TransactionLogKey"
    public static let recordType: Int16 = 0
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = .max

    public var transactionalId: String = ""

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("transactionalId", &transactionalId)
    }
}

/// TransactionLogValue, record type 0, versions 0 to 1.
public struct TransactionLogValue: LogMessage {
    public static let name = "TransactionLogValue"
    public static let recordType: Int16 = 0
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 1

    public var producerId: Int64 = 0
    public var previousProducerId: Int64 = -1
    public var nextProducerId: Int64 = -1
    public var producerEpoch: Int16 = 0
    public var nextProducerEpoch: Int16 = -1
    public var transactionTimeoutMs: Int32 = 0
    public var transactionStatus: Int8 = 0
    public var transactionPartitions: [PartitionsSchema]? = []
    public var transactionLastUpdateTimestampMs: Int64 = 0
    public var transactionStartTimestampMs: Int64 = 0
    public var clientTransactionVersion: Int16 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("producerId", &producerId)
        try w.field("producerEpoch", &producerEpoch)
        try w.field("transactionTimeoutMs", &transactionTimeoutMs)
        try w.field("transactionStatus", &transactionStatus)
        try w.field("transactionPartitions", &transactionPartitions)
        try w.field("transactionLastUpdateTimestampMs", &transactionLastUpdateTimestampMs)
        try w.field("transactionStartTimestampMs", &transactionStartTimestampMs)
        try w.tagged(0, isDefault: previousProducerId == -1) { (w) throws(WireError) in try w.field("previousProducerId", &previousProducerId) }
        try w.tagged(1, isDefault: nextProducerId == -1) { (w) throws(WireError) in try w.field("nextProducerId", &nextProducerId) }
        try w.tagged(2, isDefault: clientTransactionVersion == 0) { (w) throws(WireError) in try w.field("clientTransactionVersion", &clientTransactionVersion)
        }
        try w.tagged(3, isDefault: nextProducerEpoch == -1) { (w) throws(WireError) in try w.field("nextProducerEpoch", &nextProducerEpoch) }
    }

    public struct PartitionsSchema: WireStruct {
        public var topic: String = ""
        public var partitionIds: [Int32] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topic", &topic)
            try w.field("partitionIds", &partitionIds)
        }
    }
}
