/// ExpireDelegationToken request, API key 40, versions 1 to 2, flexible from 2.
public struct ExpireDelegationTokenRequest: Request {
    public static let name = "ExpireDelegationTokenRequest"
    public typealias Response = ExpireDelegationTokenResponse
    public static let apiKey = APIKey.expireDelegationToken
    public static let versions: ClosedRange<Int16> = 1...2
    public static let flexibleFrom: Int16 = 2

    public var hmac: Bytes = .empty
    public var expiryTimePeriodMs: Int64 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("hmac", &hmac)
        try w.field("expiryTimePeriodMs", &expiryTimePeriodMs)
    }
}

/// ExpireDelegationToken response, API key 40, versions 1 to 2, flexible from 2.
public struct ExpireDelegationTokenResponse: ThrottledResponse {
    public static let name = "ExpireDelegationTokenResponse"
    public static let apiKey = APIKey.expireDelegationToken
    public static let versions: ClosedRange<Int16> = 1...2
    public static let flexibleFrom: Int16 = 2

    public var errorCode: ErrorCode = .none
    public var expiryTimestampMs: Int64 = 0
    public var throttleTimeMs: Int32 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("errorCode", &errorCode)
        try w.field("expiryTimestampMs", &expiryTimestampMs)
        try w.field("throttleTimeMs", &throttleTimeMs)
    }
}
