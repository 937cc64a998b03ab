/// StreamsGroupMemberMetadataKey, record type 19, version 0.
public struct StreamsGroupMemberMetadataKey: LogMessage {
    public static let name = "StreamsGroupMemberMetadataKey"
    public static let recordType: Int16 = 19
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

/// StreamsGroupMemberMetadataValue, record type 19, version 0.
public struct StreamsGroupMemberMetadataValue: LogMessage {
    public static let name = "StreamsGroupMemberMetadataValue"
    public static let recordType: Int16 = 19
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var instanceId: String? = ""
    public var rackId: String? = ""
    public var clientId: String = ""
    public var clientHost: String = ""
    public var rebalanceTimeoutMs: Int32 = -1
    public var topologyEpoch: Int32 = 0
    public var processId: String = ""
    public var userEndpoint: Endpoint? = nil
    public var clientTags: [KeyValue] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("instanceId", &instanceId)
        try w.field("rackId", &rackId)
        try w.field("clientId", &clientId)
        try w.field("clientHost", &clientHost)
        try w.field("rebalanceTimeoutMs", &rebalanceTimeoutMs)
        try w.field("topologyEpoch", &topologyEpoch)
        try w.field("processId", &processId)
        try w.field("userEndpoint", &userEndpoint)
        try w.field("clientTags", &clientTags)
    }

    public struct Endpoint: WireStruct {
        public var host: String = ""
        public var port: UInt16 = 0

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("host", &host)
            try w.field("port", &port)
        }
    }

    public struct KeyValue: WireStruct {
        public var key: String = ""
        public var value: String = ""

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("key", &key)
            try w.field("value", &value)
        }
    }
}
