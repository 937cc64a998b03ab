/// SaslHandshake request, API key 17, versions 0 to 1.
public struct SaslHandshakeRequest: Request {
    public static let name = "SaslHandshakeRequest"
    public typealias Response = SaslHandshakeResponse
    public static let apiKey = APIKey.saslHandshake
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = .max

    public var mechanism: String = ""

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("mechanism", &mechanism)
    }
}

/// SaslHandshake response, API key 17, versions 0 to 1.
public struct SaslHandshakeResponse: UnthrottledResponse {
    public static let name = "SaslHandshakeResponse"
    public static let apiKey = APIKey.saslHandshake
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = .max

    public var errorCode: ErrorCode = .none
    public var mechanisms: [String] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("errorCode", &errorCode)
        try w.field("mechanisms", &mechanisms)
    }
}
