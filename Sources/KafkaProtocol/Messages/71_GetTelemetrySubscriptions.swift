/// GetTelemetrySubscriptions request, API key 71, version 0, flexible from 0.
public struct GetTelemetrySubscriptionsRequest: Request {
    public static let name = "GetTelemetrySubscriptionsRequest"
    public typealias Response = GetTelemetrySubscriptionsResponse
    public static let apiKey = APIKey.getTelemetrySubscriptions
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var clientInstanceId: Uuid = .zero

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("clientInstanceId", &clientInstanceId)
    }
}

/// GetTelemetrySubscriptions response, API key 71, version 0, flexible from 0.
public struct GetTelemetrySubscriptionsResponse: ThrottledResponse {
    public static let name = "GetTelemetrySubscriptionsResponse"
    public static let apiKey = APIKey.getTelemetrySubscriptions
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var clientInstanceId: Uuid = .zero
    public var subscriptionId: Int32 = 0
    public var acceptedCompressionTypes: [Int8] = []
    public var pushIntervalMs: Int32 = 0
    public var telemetryMaxBytes: Int32 = 0
    public var deltaTemporality: Bool = false
    public var requestedMetrics: [String] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("errorCode", &errorCode)
        try w.field("clientInstanceId", &clientInstanceId)
        try w.field("subscriptionId", &subscriptionId)
        try w.field("acceptedCompressionTypes", &acceptedCompressionTypes)
        try w.field("pushIntervalMs", &pushIntervalMs)
        try w.field("telemetryMaxBytes", &telemetryMaxBytes)
        try w.field("deltaTemporality", &deltaTemporality)
        try w.field("requestedMetrics", &requestedMetrics)
    }
}
