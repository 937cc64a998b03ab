/// ConfigRecord, record type 4, version 0.
public struct ConfigRecord: LogMessage {
    public static let name = "ConfigRecord"
    public static let recordType: Int16 = 4
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var resourceType: Int8 = 0
    public var resourceName: String = ""
    public var name: String = ""
    public var value: String? = ""

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("resourceType", &resourceType)
        try w.field("resourceName", &resourceName)
        try w.field("name", &name)
        try w.field("value", &value)
    }
}
