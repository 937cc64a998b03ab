/// FenceBrokerRecord, record type 7, version 0.
public struct FenceBrokerRecord: LogMessage {
    public static let name = "FenceBrokerRecord"
    public static let recordType: Int16 = 7
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var id: Int32 = 0
    public var epoch: Int64 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("id", &id)
        try w.field("epoch", &epoch)
    }
}
