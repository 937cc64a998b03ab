/// BeginTransactionRecord, record type 23, version 0.
public struct BeginTransactionRecord: LogMessage {
    public static let name = "BeginTransactionRecord"
    public static let recordType: Int16 = 23
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var name: String? = nil

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.tagged(0, isDefault: name == nil) { (w) throws(WireError) in try w.field("name", &name) }
    }
}
