/// GroupMetadataKey, record type 2, version 0.
public struct GroupMetadataKey: LogMessage {
    public static let name = "GroupMetadataKey"
    public static let recordType: Int16 = 2
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = .max

    public var group: String = ""

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("group", &group)
    }
}

/// GroupMetadataValue, record type 2, versions 0 to 4.
public struct GroupMetadataValue: LogMessage {
    public static let name = "GroupMetadataValue"
    public static let recordType: Int16 = 2
    public static let versions: ClosedRange<Int16> = 0...4
    public static let flexibleFrom: Int16 = 4

    public var protocolType: String = ""
    public var generation: Int32 = 0
    public var `protocol`: String? = ""
    public var leader: String? = ""
    public var currentStateTimestamp: Int64 = -1
    public var members: [MemberMetadata] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("protocolType", &protocolType)
        try w.field("generation", &generation)
        try w.field("protocol", &`protocol`)
        try w.field("leader", &leader)
        if v >= 2 { try w.field("currentStateTimestamp", &currentStateTimestamp) }
        try w.field("members", &members)
    }

    public struct MemberMetadata: WireStruct {
        public var memberId: String = ""
        public var groupInstanceId: String? = nil
        public var clientId: String = ""
        public var clientHost: String = ""
        public var rebalanceTimeout: Int32 = -1
        public var sessionTimeout: Int32 = 0
        public var subscription: Bytes = .empty
        public var assignment: Bytes = .empty

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            let v = w.version
            try w.field("memberId", &memberId)
            if v >= 3 { try w.field("groupInstanceId", &groupInstanceId) }
            try w.field("clientId", &clientId)
            try w.field("clientHost", &clientHost)
            if v >= 1 { try w.field("rebalanceTimeout", &rebalanceTimeout) }
            try w.field("sessionTimeout", &sessionTimeout)
            try w.field("subscription", &subscription)
            try w.field("assignment", &assignment)
        }
    }
}
