/// AbortTransactionRecord, record type 25, version 0.
public struct AbortTransactionRecord: LogMessage {
    public static let name = "AbortTransactionRecord"
    public static let recordType: Int16 = 25
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var reason: String? = nil

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.tagged(0, isDefault: reason == nil) { (w) throws(WireError) in try w.field("reason", &reason) }
    }
}
