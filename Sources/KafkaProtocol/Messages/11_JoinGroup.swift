/// JoinGroup request, API key 11, versions 0 to 9, flexible from 6.
public struct JoinGroupRequest: Request {
    public static let name = "JoinGroupRequest"
    public typealias Response = JoinGroupResponse
    public static let apiKey = APIKey.joinGroup
    public static let versions: ClosedRange<Int16> = 0...9
    public static let flexibleFrom: Int16 = 6

    public var groupId: String = ""
    public var sessionTimeoutMs: Int32 = 0
    public var rebalanceTimeoutMs: Int32 = -1
    public var memberId: String = ""
    public var groupInstanceId: String? = nil
    public var protocolType: String = ""
    public var protocols: [JoinGroupRequestProtocol] = []
    public var reason: String? = nil

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("groupId", &groupId)
        try w.field("sessionTimeoutMs", &sessionTimeoutMs)
        if v >= 1 { try w.field("rebalanceTimeoutMs", &rebalanceTimeoutMs) }
        try w.field("memberId", &memberId)
        if v >= 5 { try w.field("groupInstanceId", &groupInstanceId) }
        try w.field("protocolType", &protocolType)
        try w.field("protocols", &protocols)
        if v >= 8 { try w.field("reason", &reason) }
    }

    public struct JoinGroupRequestProtocol: WireStruct {
        public var name: String = ""
        public var metadata: Bytes = .empty

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("metadata", &metadata)
        }
    }
}

/// JoinGroup response, API key 11, versions 0 to 9, flexible from 6.
public struct JoinGroupResponse: ThrottledResponse {
    public static let name = "JoinGroupResponse"
    public static let apiKey = APIKey.joinGroup
    public static let versions: ClosedRange<Int16> = 0...9
    public static let flexibleFrom: Int16 = 6

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var generationId: Int32 = -1
    public var protocolType: String? = nil
    public var protocolName: String? = ""
    public var leader: String = ""
    public var skipAssignment: Bool = false
    public var memberId: String = ""
    public var members: [JoinGroupResponseMember] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        if v >= 2 { try w.field("throttleTimeMs", &throttleTimeMs) }
        try w.field("errorCode", &errorCode)
        try w.field("generationId", &generationId)
        if v >= 7 { try w.field("protocolType", &protocolType) }
        try w.field("protocolName", &protocolName, nullable: v >= 7)
        try w.field("leader", &leader)
        if v >= 9 { try w.field("skipAssignment", &skipAssignment) }
        try w.field("memberId", &memberId)
        try w.field("members", &members)
    }

    public struct JoinGroupResponseMember: WireStruct {
        public var memberId: String = ""
        public var groupInstanceId: String? = nil
        public var metadata: Bytes = .empty

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            let v = w.version
            try w.field("memberId", &memberId)
            if v >= 5 { try w.field("groupInstanceId", &groupInstanceId) }
            try w.field("metadata", &metadata)
        }
    }
}
