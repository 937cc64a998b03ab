/// OffsetCommitKey, record type 1, version 0.
public struct OffsetCommitKey: LogMessage {
    public static let name = "OffsetCommitKey"
    public static let recordType: Int16 = 1
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

/// OffsetCommitValue, record type 1, versions 0 to 4.
public struct OffsetCommitValue: LogMessage {
    public static let name = "OffsetCommitValue"
    public static let recordType: Int16 = 1
    public static let versions: ClosedRange<Int16> = 0...4
    public static let flexibleFrom: Int16 = 4

    public var offset: Int64 = 0
    public var leaderEpoch: Int32 = -1
    public var metadata: String = ""
    public var commitTimestamp: Int64 = 0
    public var expireTimestamp: Int64 = -1
    public var topicId: Uuid = .zero

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("offset", &offset)
        if v >= 3 { try w.field("leaderEpoch", &leaderEpoch) }
        try w.field("metadata", &metadata)
        try w.field("commitTimestamp", &commitTimestamp)
        if v == 1 { try w.field("expireTimestamp", &expireTimestamp) }
        try w.tagged(0, isDefault: topicId == .zero) { (w) throws(WireError) in try w.field("topicId", &topicId) }
    }
}
