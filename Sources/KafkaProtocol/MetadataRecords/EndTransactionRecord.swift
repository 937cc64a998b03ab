/// EndTransactionRecord, record type 24, version 0.
public struct EndTransactionRecord: LogMessage {
    public static let name = "EndTransactionRecord"
    public static let recordType: Int16 = 24
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
    }
}
