/// ConsumerGroupMetadataKey, record type 3, version 0.
public struct ConsumerGroupMetadataKey: LogMessage {
    public static let name = "ConsumerGroupMetadataKey"
    public static let recordType: Int16 = 3
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = .max

    public var groupId: String = ""

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("groupId", &groupId)
    }
}

/// ConsumerGroupMetadataValue, record type 3, version 0.
public struct ConsumerGroupMetadataValue: LogMessage {
    public static let name = "ConsumerGroupMetadataValue"
    public static let recordType: Int16 = 3
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var epoch: Int32 = 0
    public var metadataHash: Int64 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("epoch", &epoch)
        try w.tagged(0, isDefault: metadataHash == 0) { (w) throws(WireError) in try w.field("metadataHash", &metadataHash) }
    }
}
