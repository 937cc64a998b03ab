/// FindCoordinator request, API key 10, versions 0 to 6, flexible from 3.
public struct FindCoordinatorRequest: Request {
    public static let name = "FindCoordinatorRequest"
    public typealias Response = FindCoordinatorResponse
    public static let apiKey = APIKey.findCoordinator
    public static let versions: ClosedRange<Int16> = 0...6
    public static let flexibleFrom: Int16 = 3

    public var key: String = ""
    public var keyType: Int8 = 0
    public var coordinatorKeys: [String] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        if v <= 3 { try w.field("key", &key) }
        if v >= 1 { try w.field("keyType", &keyType) }
        if v >= 4 { try w.field("coordinatorKeys", &coordinatorKeys) }
    }
}

/// FindCoordinator response, API key 10, versions 0 to 6, flexible from 3.
public struct FindCoordinatorResponse: ThrottledResponse {
    public static let name = "FindCoordinatorResponse"
    public static let apiKey = APIKey.findCoordinator
    public static let versions: ClosedRange<Int16> = 0...6
    public static let flexibleFrom: Int16 = 3

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var errorMessage: String? = ""
    public var nodeId: Int32 = 0
    public var host: String = ""
    public var port: Int32 = 0
    public var coordinators: [Coordinator] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        if v >= 1 { try w.field("throttleTimeMs", &throttleTimeMs) }
        if v <= 3 { try w.field("errorCode", &errorCode) }
        if v >= 1 && v <= 3 { try w.field("errorMessage", &errorMessage) }
        if v <= 3 {
            try w.field("nodeId", &nodeId)
            try w.field("host", &host)
            try w.field("port", &port)
        }
        if v >= 4 { try w.field("coordinators", &coordinators) }
    }

    public struct Coordinator: WireStruct {
        public var key: String = ""
        public var nodeId: Int32 = 0
        public var host: String = ""
        public var port: Int32 = 0
        public var errorCode: ErrorCode = .none
        public var errorMessage: String? = ""

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("key", &key)
            try w.field("nodeId", &nodeId)
            try w.field("host", &host)
            try w.field("port", &port)
            try w.field("errorCode", &errorCode)
            try w.field("errorMessage", &errorMessage)
        }
    }
}
