/// RenewDelegationToken request, API key 39, versions 1 to 2, flexible from 2.
public struct RenewDelegationTokenRequest: Request {
    public static let name = "RenewDelegationTokenRequest"
    public typealias Response = RenewDelegationTokenResponse
    public static let apiKey = APIKey.renewDelegationToken
    public static let versions: ClosedRange<Int16> = 1...2
    public static let flexibleFrom: Int16 = 2

    public var hmac: Bytes = .empty
    public var renewPeriodMs: Int64 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("hmac", &hmac)
        try w.field("renewPeriodMs", &renewPeriodMs)
    }
}

/// RenewDelegationToken response, API key 39, versions 1 to 2, flexible from 2.
public struct RenewDelegationTokenResponse: ThrottledResponse {
    public static let name = "RenewDelegationTokenResponse"
    public static let apiKey = APIKey.renewDelegationToken
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
