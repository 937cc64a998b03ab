/// SaslAuthenticate request, API key 36, versions 0 to 2, flexible from 2.
public struct SaslAuthenticateRequest: Request {
    public static let name = "SaslAuthenticateRequest"
    public typealias Response = SaslAuthenticateResponse
    public static let apiKey = APIKey.saslAuthenticate
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleFrom: Int16 = 2

    public var authBytes: Bytes = .empty

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("authBytes", &authBytes)
    }
}

/// SaslAuthenticate response, API key 36, versions 0 to 2, flexible from 2.
public struct SaslAuthenticateResponse: UnthrottledResponse {
    public static let name = "SaslAuthenticateResponse"
    public static let apiKey = APIKey.saslAuthenticate
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleFrom: Int16 = 2

    public var errorCode: ErrorCode = .none
    public var errorMessage: String? = ""
    public var authBytes: Bytes = .empty
    public var sessionLifetimeMs: Int64 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("errorCode", &errorCode)
        try w.field("errorMessage", &errorMessage)
        try w.field("authBytes", &authBytes)
        if v >= 1 { try w.field("sessionLifetimeMs", &sessionLifetimeMs) }
    }
}
