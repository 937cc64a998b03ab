/// UnregisterBrokerRecord, record type 1, version 0.
public struct UnregisterBrokerRecord: LogMessage {
    public static let name = "UnregisterBrokerRecord"
    public static let recordType: Int16 = 1
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var brokerId: Int32 = 0
    public var brokerEpoch: Int64 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("brokerId", &brokerId)
        try w.field("brokerEpoch", &brokerEpoch)
    }
}
