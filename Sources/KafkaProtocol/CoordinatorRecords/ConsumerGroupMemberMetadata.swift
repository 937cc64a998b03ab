/// ConsumerGroupMemberMetadataKey, record type 5, version 0.
public struct ConsumerGroupMemberMetadataKey: LogMessage {
    public static let name = "ConsumerGroupMemberMetadataKey"
    public static let recordType: Int16 = 5
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

/// ConsumerGroupMemberMetadataValue, record type 5, version 0.
public struct ConsumerGroupMemberMetadataValue: LogMessage {
    public static let name = "ConsumerGroupMemberMetadataValue"
    public static let recordType: Int16 = 5
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var instanceId: String? = ""
    public var rackId: String? = ""
    public var clientId: String = ""
    public var clientHost: String = ""
    public var subscribedTopicNames: [String] = []
    public var subscribedTopicRegex: String? = ""
    public var rebalanceTimeoutMs: Int32 = -1
    public var serverAssignor: String? = ""
    public var classicMemberMetadata: ClassicMemberMetadata? = nil

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("instanceId", &instanceId)
        try w.field("rackId", &rackId)
        try w.field("clientId", &clientId)
        try w.field("clientHost", &clientHost)
        try w.field("subscribedTopicNames", &subscribedTopicNames)
        try w.field("subscribedTopicRegex", &subscribedTopicRegex)
        try w.field("rebalanceTimeoutMs", &rebalanceTimeoutMs)
        try w.field("serverAssignor", &serverAssignor)
        try w.tagged(0, isDefault: false) { (w) throws(WireError) in try w.field("classicMemberMetadata", &classicMemberMetadata) }
    }

    public struct ClassicMemberMetadata: WireStruct, Equatable {
        public var sessionTimeoutMs: Int32 = 0
        public var supportedProtocols: [ClassicProtocol] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("sessionTimeoutMs", &sessionTimeoutMs)
            try w.field("supportedProtocols", &supportedProtocols)
        }

        public struct ClassicProtocol: WireStruct, Equatable {
            public var name: String = ""
            public var metadata: Bytes = .empty

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("name", &name)
                try w.field("metadata", &metadata)
            }
        }
    }
}
