/// SyncGroup request, API key 14, versions 0 to 5, flexible from 4.
public struct SyncGroupRequest: Request {
    public static let name = "SyncGroupRequest"
    public typealias Response = SyncGroupResponse
    public static let apiKey = APIKey.syncGroup
    public static let versions: ClosedRange<Int16> = 0...5
    public static let flexibleFrom: Int16 = 4

    public var groupId: String = ""
    public var generationId: Int32 = 0
    public var memberId: String = ""
    public var groupInstanceId: String? = nil
    public var protocolType: String? = nil
    public var protocolName: String? = nil
    public var assignments: [SyncGroupRequestAssignment] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("groupId", &groupId)
        try w.field("generationId", &generationId)
        try w.field("memberId", &memberId)
        if v >= 3 { try w.field("groupInstanceId", &groupInstanceId) }
        if v >= 5 {
            try w.field("protocolType", &protocolType)
            try w.field("protocolName", &protocolName)
        }
        try w.field("assignments", &assignments)
    }

    public struct SyncGroupRequestAssignment: WireStruct {
        public var memberId: String = ""
        public var assignment: Bytes = .empty

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("memberId", &memberId)
            try w.field("assignment", &assignment)
        }
    }
}

/// SyncGroup response, API key 14, versions 0 to 5, flexible from 4.
public struct SyncGroupResponse: ThrottledResponse {
    public static let name = "SyncGroupResponse"
    public static let apiKey = APIKey.syncGroup
    public static let versions: ClosedRange<Int16> = 0...5
    public static let flexibleFrom: Int16 = 4

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var protocolType: String? = nil
    public var protocolName: String? = nil
    public var assignment: Bytes = .empty

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        if v >= 1 { try w.field("throttleTimeMs", &throttleTimeMs) }
        try w.field("errorCode", &errorCode)
        if v >= 5 {
            try w.field("protocolType", &protocolType)
            try w.field("protocolName", &protocolName)
        }
        try w.field("assignment", &assignment)
    }
}
