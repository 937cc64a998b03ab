/// ShareGroupMetadataKey, record type 11, version 0.
public struct ShareGroupMetadataKey: LogMessage {
    public static let name = "ShareGroupMetadataKey"
    public static let recordType: Int16 = 11
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = .max

    public var groupId: String = ""

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("groupId", &groupId)
    }
}

/// ShareGroupMetadataValue, record type 11, version 0.
public struct ShareGroupMetadataValue: LogMessage {
    public static let name = "ShareGroupMetadataValue"
    public static let recordType: Int16 = 11
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var epoch: Int32 = 0
    public var metadataHash: Int64 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("epoch", &epoch)
        try w.field("metadataHash", &metadataHash)
    }
}
