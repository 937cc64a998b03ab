/// ProducerIdsRecord, record type 15, version 0.
public struct ProducerIdsRecord: LogMessage {
    public static let name = "ProducerIdsRecord"
    public static let recordType: Int16 = 15
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var brokerId: Int32 = 0
    public var brokerEpoch: Int64 = -1
    public var nextProducerId: Int64 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("brokerId", &brokerId)
        try w.field("brokerEpoch", &brokerEpoch)
        try w.field("nextProducerId", &nextProducerId)
    }
}
