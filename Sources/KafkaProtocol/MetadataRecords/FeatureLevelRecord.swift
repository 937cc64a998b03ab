/// FeatureLevelRecord, record type 12, version 0.
public struct FeatureLevelRecord: LogMessage {
    public static let name = "FeatureLevelRecord"
    public static let recordType: Int16 = 12
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var name: String = ""
    public var featureLevel: Int16 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("name", &name)
        try w.field("featureLevel", &featureLevel)
    }
}
