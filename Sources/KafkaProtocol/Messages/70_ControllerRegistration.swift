/// ControllerRegistration request, API key 70, version 0, flexible from 0.
public struct ControllerRegistrationRequest: Request {
    public static let name = "ControllerRegistrationRequest"
    public typealias Response = ControllerRegistrationResponse
    public static let apiKey = APIKey.controllerRegistration
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var controllerId: Int32 = 0
    public var incarnationId: Uuid = .zero
    public var zkMigrationReady: Bool = false
    public var listeners: [Listener] = []
    public var features: [Feature] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("controllerId", &controllerId)
        try w.field("incarnationId", &incarnationId)
        try w.field("zkMigrationReady", &zkMigrationReady)
        try w.field("listeners", &listeners)
        try w.field("features", &features)
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

/// ControllerRegistration response, API key 70, version 0, flexible from 0.
public struct ControllerRegistrationResponse: ThrottledResponse {
    public static let name = "ControllerRegistrationResponse"
    public static let apiKey = APIKey.controllerRegistration
    public static let versions: ClosedRange<Int16> = 0...0
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
