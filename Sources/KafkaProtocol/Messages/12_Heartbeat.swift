/// Heartbeat request, API key 12, versions 0 to 4, flexible from 4.
public struct HeartbeatRequest: Request {
    public static let name = "HeartbeatRequest"
    public typealias Response = HeartbeatResponse
    public static let apiKey = APIKey.heartbeat
    public static let versions: ClosedRange<Int16> = 0...4
    public static let flexibleFrom: Int16 = 4

    public var groupId: String = ""
    public var generationId: Int32 = 0
    public var memberId: String = ""
    public var groupInstanceId: String? = nil

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("groupId", &groupId)
        try w.field("generationId", &generationId)
        try w.field("memberId", &memberId)
        if v >= 3 { try w.field("groupInstanceId", &groupInstanceId) }
    }
}

/// Heartbeat response, API key 12, versions 0 to 4, flexible from 4.
public struct HeartbeatResponse: ThrottledResponse {
    public static let name = "HeartbeatResponse"
    public static let apiKey = APIKey.heartbeat
    public static let versions: ClosedRange<Int16> = 0...4
    public static let flexibleFrom: Int16 = 4

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        if v >= 1 { try w.field("throttleTimeMs", &throttleTimeMs) }
        try w.field("errorCode", &errorCode)
    }
}
