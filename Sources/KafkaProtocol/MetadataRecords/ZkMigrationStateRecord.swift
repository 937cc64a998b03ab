/// ZkMigrationStateRecord, record type 21, version 0.
public struct ZkMigrationStateRecord: LogMessage {
    public static let name = "ZkMigrationStateRecord"
    public static let recordType: Int16 = 21
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var zkMigrationState: Int8 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("zkMigrationState", &zkMigrationState)
    }
}
