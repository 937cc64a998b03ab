/// LegacyOffsetCommitKey, record type 0, version 0.
public struct LegacyOffsetCommitKey: LogMessage {
    public static let name = "LegacyOffsetCommitKey"
    public static let recordType: Int16 = 0
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = .max

    public var group: String = ""
    public var topic: String = ""
    public var partition: Int32 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("group", &group)
        try w.field("topic", &topic)
        try w.field("partition", &partition)
    }
}

/// LegacyOffsetCommitValue, record type 0, version 0.
public struct LegacyOffsetCommitValue: LogMessage {
    public static let name = "LegacyOffsetCommitValue"
    public static let recordType: Int16 = 0
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = .max

    public var offset: Int64 = 0
    public var metadata: String = ""
    public var commitTimestamp: Int64 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("offset", &offset)
        try w.field("metadata", &metadata)
        try w.field("commitTimestamp", &commitTimestamp)
    }
}
