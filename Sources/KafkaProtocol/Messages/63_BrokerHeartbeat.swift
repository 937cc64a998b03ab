/// BrokerHeartbeat request, API key 63, versions 0 to 2, flexible from 0.
public struct BrokerHeartbeatRequest: Request {
    public static let name = "BrokerHeartbeatRequest"
    public typealias Response = BrokerHeartbeatResponse
    public static let apiKey = APIKey.brokerHeartbeat
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleFrom: Int16 = 0

    public var brokerId: Int32 = 0
    public var brokerEpoch: Int64 = -1
    public var currentMetadataOffset: Int64 = 0
    public var wantFence: Bool = false
    public var wantShutDown: Bool = false
    public var offlineLogDirs: [Uuid] = []
    public var cordonedLogDirs: [Uuid]? = nil

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("brokerId", &brokerId)
        try w.field("brokerEpoch", &brokerEpoch)
        try w.field("currentMetadataOffset", &currentMetadataOffset)
        try w.field("wantFence", &wantFence)
        try w.field("wantShutDown", &wantShutDown)
        if v >= 1 { try w.tagged(0, isDefault: offlineLogDirs.isEmpty) { (w) throws(WireError) in try w.field("offlineLogDirs", &offlineLogDirs) } }
        if v >= 2 { try w.tagged(1, isDefault: cordonedLogDirs == nil) { (w) throws(WireError) in try w.field("cordonedLogDirs", &cordonedLogDirs) } }
    }
}

/// BrokerHeartbeat response, API key 63, versions 0 to 2, flexible from 0.
public struct BrokerHeartbeatResponse: ThrottledResponse {
    public static let name = "BrokerHeartbeatResponse"
    public static let apiKey = APIKey.brokerHeartbeat
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var isCaughtUp: Bool = false
    public var isFenced: Bool = true
    public var shouldShutDown: Bool = false

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("errorCode", &errorCode)
        try w.field("isCaughtUp", &isCaughtUp)
        try w.field("isFenced", &isFenced)
        try w.field("shouldShutDown", &shouldShutDown)
    }
}
