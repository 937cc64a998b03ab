/// LeaveGroup request, API key 13, versions 0 to 5, flexible from 4.
public struct LeaveGroupRequest: Request {
    public static let name = "LeaveGroupRequest"
    public typealias Response = LeaveGroupResponse
    public static let apiKey = APIKey.leaveGroup
    public static let versions: ClosedRange<Int16> = 0...5
    public static let flexibleFrom: Int16 = 4

    public var groupId: String = ""
    public var memberId: String = ""
    public var members: [MemberIdentity] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("groupId", &groupId)
        if v <= 2 { try w.field("memberId", &memberId) }
        if v >= 3 { try w.field("members", &members) }
    }

    public struct MemberIdentity: WireStruct {
        public var memberId: String = ""
        public var groupInstanceId: String? = nil
        public var reason: String? = nil

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            let v = w.version
            try w.field("memberId", &memberId)
            try w.field("groupInstanceId", &groupInstanceId)
            if v >= 5 { try w.field("reason", &reason) }
        }
    }
}

/// LeaveGroup response, API key 13, versions 0 to 5, flexible from 4.
public struct LeaveGroupResponse: ThrottledResponse {
    public static let name = "LeaveGroupResponse"
    public static let apiKey = APIKey.leaveGroup
    public static let versions: ClosedRange<Int16> = 0...5
    public static let flexibleFrom: Int16 = 4

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var members: [MemberResponse] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        if v >= 1 { try w.field("throttleTimeMs", &throttleTimeMs) }
        try w.field("errorCode", &errorCode)
        if v >= 3 { try w.field("members", &members) }
    }

    public struct MemberResponse: WireStruct {
        public var memberId: String = ""
        public var groupInstanceId: String? = ""
        public var errorCode: ErrorCode = .none

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("memberId", &memberId)
            try w.field("groupInstanceId", &groupInstanceId)
            try w.field("errorCode", &errorCode)
        }
    }
}
