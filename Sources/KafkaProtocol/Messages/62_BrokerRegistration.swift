/// BrokerRegistration request, API key 62, versions 0 to 4, flexible from 0.
public struct BrokerRegistrationRequest: Request {
    public static let name = "BrokerRegistrationRequest"
    public typealias Response = BrokerRegistrationResponse
    public static let apiKey = APIKey.brokerRegistration
    public static let versions: ClosedRange<Int16> = 0...4
    public static let flexibleFrom: Int16 = 0

    public var brokerId: Int32 = 0
    public var clusterId: String = ""
    public var incarnationId: Uuid = .zero
    public var listeners: [Listener] = []
    public var features: [Feature] = []
    public var rack: String? = ""
    public var isMigratingZkBroker: Bool = false
    public var logDirs: [Uuid] = []
    public var previousBrokerEpoch: Int64 = -1

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("brokerId", &brokerId)
        try w.field("clusterId", &clusterId)
        try w.field("incarnationId", &incarnationId)
        try w.field("listeners", &listeners)
        try w.field("features", &features)
        try w.field("rack", &rack)
        if v >= 1 { try w.field("isMigratingZkBroker", &isMigratingZkBroker) }
        if v >= 2 { try w.field("logDirs", &logDirs) }
        if v >= 3 { try w.field("previousBrokerEpoch", &previousBrokerEpoch) }
    }

    public struct Listener: WireStruct {
        public var name: String = ""
        public var host: String = ""
        public var port: UInt16 = 0
        public var securityProtocol: Int16 = 0

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("host", &host)
            try w.field("port", &port)
            try w.field("securityProtocol", &securityProtocol)
        }
    }

    public struct Feature: WireStruct {
        public var name: String = ""
        public var minSupportedVersion: Int16 = 0
        public var maxSupportedVersion: Int16 = 0

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("minSupportedVersion", &minSupportedVersion)
            try w.field("maxSupportedVersion", &maxSupportedVersion)
        }
    }
}

/// BrokerRegistration response, API key 62, versions 0 to 4, flexible from 0.
public struct BrokerRegistrationResponse: ThrottledResponse {
    public static let name = "BrokerRegistrationResponse"
    public static let apiKey = APIKey.brokerRegistration
    public static let versions: ClosedRange<Int16> = 0...4
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var brokerEpoch: Int64 = -1

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("errorCode", &errorCode)
        try w.field("brokerEpoch", &brokerEpoch)
    }
}
