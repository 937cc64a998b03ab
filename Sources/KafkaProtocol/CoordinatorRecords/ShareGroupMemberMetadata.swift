/// ShareGroupMemberMetadataKey, record type 10, version 0.
public struct ShareGroupMemberMetadataKey: LogMessage {
    public static let name = "ShareGroupMemberMetadataKey"
    public static let recordType: Int16 = 10
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = .max

    public var groupId: String = ""
    public var memberId: String = ""

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("groupId", &groupId)
        try w.field("memberId", &memberId)
    }
}

/// ShareGroupMemberMetadataValue, record type 10, version 0.
public struct ShareGroupMemberMetadataValue: LogMessage {
    public static let name = "ShareGroupMemberMetadataValue"
    public static let recordType: Int16 = 10
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var rackId: String? = ""
    public var clientId: String = ""
    public var clientHost: String = ""
    public var subscribedTopicNames: [String] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("rackId", &rackId)
        try w.field("clientId", &clientId)
        try w.field("clientHost", &clientHost)
        try w.field("subscribedTopicNames", &subscribedTopicNames)
    }
}
