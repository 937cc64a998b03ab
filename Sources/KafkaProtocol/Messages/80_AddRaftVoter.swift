/// AddRaftVoter request, API key 80, versions 0 to 1, flexible from 0.
public struct AddRaftVoterRequest: Request {
    public static let name = "AddRaftVoterRequest"
    public typealias Response = AddRaftVoterResponse
    public static let apiKey = APIKey.addRaftVoter
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 0

    public var clusterId: String? = ""
    public var timeoutMs: Int32 = 0
    public var voterId: Int32 = 0
    public var voterDirectoryId: Uuid = .zero
    public var listeners: [Listener] = []
    public var ackWhenCommitted: Bool = true

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("clusterId", &clusterId)
        try w.field("timeoutMs", &timeoutMs)
        try w.field("voterId", &voterId)
        try w.field("voterDirectoryId", &voterDirectoryId)
        try w.field("listeners", &listeners)
        if v >= 1 { try w.field("ackWhenCommitted", &ackWhenCommitted) }
    }

    public struct Listener: WireStruct {
        public var name: String = ""
        public var host: String = ""
        public var port: UInt16 = 0

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("host", &host)
            try w.field("port", &port)
        }
    }
}

/// AddRaftVoter response, API key 80, versions 0 to 1, flexible from 0.
public struct AddRaftVoterResponse: ThrottledResponse {
    public static let name = "AddRaftVoterResponse"
    public static let apiKey = APIKey.addRaftVoter
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var errorMessage: String? = ""

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("errorCode", &errorCode)
        try w.field("errorMessage", &errorMessage)
    }
}
