/// AccessControlEntryRecord, record type 18, version 0.
public struct AccessControlEntryRecord: LogMessage, Equatable {
    public static let name = "AccessControlEntryRecord"
    public static let recordType: Int16 = 18
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var id: Uuid = .zero
    public var resourceType: Int8 = 0
    public var resourceName: String = ""
    public var patternType: Int8 = 0
    public var principal: String = ""
    public var host: String = ""
    public var operation: Int8 = 0
    public var permissionType: Int8 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("id", &id)
        try w.field("resourceType", &resourceType)
        try w.field("resourceName", &resourceName)
        try w.field("patternType", &patternType)
        try w.field("principal", &principal)
        try w.field("host", &host)
        try w.field("operation", &operation)
        try w.field("permissionType", &permissionType)
    }
}
