/// RemoveAccessControlEntryRecord, record type 19, version 0.
public struct RemoveAccessControlEntryRecord: LogMessage {
    public static let name = "RemoveAccessControlEntryRecord"
    public static let recordType: Int16 = 19
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var id: Uuid = .zero

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("id", &id)
    }
}
