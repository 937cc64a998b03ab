/// RegisterBrokerRecord, record type 0, versions 0 to 4.
public struct RegisterBrokerRecord: LogMessage {
    public static let name = "RegisterBrokerRecord"
    public static let recordType: Int16 = 0
    public static let versions: ClosedRange<Int16> = 0...4
    public static let flexibleFrom: Int16 = 0

    public var brokerId: Int32 = 0
    public var isMigratingZkBroker: Bool = false
    public var incarnationId: Uuid = .zero
    public var brokerEpoch: Int64 = 0
    public var endPoints: [BrokerEndpoint] = []
    public var features: [BrokerFeature] = []
    public var rack: String? = ""
    public var fenced: Bool = true
    public var inControlledShutdown: Bool = false
    public var logDirs: [Uuid] = []
    public var cordonedLogDirs: [Uuid]? = nil

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("brokerId", &brokerId)
        if v >= 2 { try w.field("isMigratingZkBroker", &isMigratingZkBroker) }
        try w.field("incarnationId", &incarnationId)
        try w.field("brokerEpoch", &brokerEpoch)
        try w.field("endPoints", &endPoints)
        try w.field("features", &features)
        try w.field("rack", &rack)
        try w.field("fenced", &fenced)
        if v >= 1 { try w.field("inControlledShutdown", &inControlledShutdown) }
        if v >= 3 { try w.tagged(0, isDefault: logDirs.isEmpty) { (w) throws(WireError) in try w.field("logDirs", &logDirs) } }
        if v >= 4 { try w.tagged(1, isDefault: cordonedLogDirs == nil) { (w) throws(WireError) in try w.field("cordonedLogDirs", &cordonedLogDirs) } }
    }

    public struct BrokerEndpoint: WireStruct {
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

    public struct BrokerFeature: WireStruct {
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
