/// RegisterControllerRecord, record type 27, version 0.
public struct RegisterControllerRecord: LogMessage, Equatable {
    public static let name = "RegisterControllerRecord"
    public static let recordType: Int16 = 27
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var controllerId: Int32 = 0
    public var incarnationId: Uuid = .zero
    public var zkMigrationReady: Bool = false
    public var endPoints: [ControllerEndpoint] = []
    public var features: [ControllerFeature] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("controllerId", &controllerId)
        try w.field("incarnationId", &incarnationId)
        try w.field("zkMigrationReady", &zkMigrationReady)
        try w.field("endPoints", &endPoints)
        try w.field("features", &features)
    }

    public struct ControllerEndpoint: WireStruct, Equatable {
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

    public struct ControllerFeature: WireStruct, Equatable {
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
