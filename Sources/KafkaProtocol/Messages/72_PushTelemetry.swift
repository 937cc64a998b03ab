/// PushTelemetry request, API key 72, version 0, flexible from 0.
public struct PushTelemetryRequest: Request {
    public static let name = "PushTelemetryRequest"
    public typealias Response = PushTelemetryResponse
    public static let apiKey = APIKey.pushTelemetry
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var clientInstanceId: Uuid = .zero
    public var subscriptionId: Int32 = 0
    public var terminating: Bool = false
    public var compressionType: Int8 = 0
    public var metrics: Bytes = .empty

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("clientInstanceId", &clientInstanceId)
        try w.field("subscriptionId", &subscriptionId)
        try w.field("terminating", &terminating)
        try w.field("compressionType", &compressionType)
        try w.field("metrics", &metrics)
    }
}

/// PushTelemetry response, API key 72, version 0, flexible from 0.
public struct PushTelemetryResponse: ThrottledResponse {
    public static let name = "PushTelemetryResponse"
    public static let apiKey = APIKey.pushTelemetry
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("errorCode", &errorCode)
    }
}
