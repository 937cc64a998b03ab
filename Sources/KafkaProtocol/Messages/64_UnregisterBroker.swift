/// UnregisterBroker request, API key 64, version 0, flexible from 0.
public struct UnregisterBrokerRequest: Request {
    public static let name = "UnregisterBrokerRequest"
    public typealias Response = UnregisterBrokerResponse
    public static let apiKey = APIKey.unregisterBroker
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var brokerId: Int32 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("brokerId", &brokerId)
    }
}

/// UnregisterBroker response, API key 64, version 0, flexible from 0.
public struct UnregisterBrokerResponse: ThrottledResponse {
    public static let name = "UnregisterBrokerResponse"
    public static let apiKey = APIKey.unregisterBroker
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
