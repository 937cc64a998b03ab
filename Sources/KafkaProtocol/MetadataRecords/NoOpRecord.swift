/// NoOpRecord, record type 20, version 0.
public struct NoOpRecord: LogMessage {
    public static let name = "NoOpRecord"
    public static let recordType: Int16 = 20
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
    }
}
