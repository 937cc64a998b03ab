/// Envelope request, API key 58, version 0, flexible from 0.
public struct EnvelopeRequest: Request {
    public static let name = "EnvelopeRequest"
    public typealias Response = EnvelopeResponse
    public static let apiKey = APIKey.envelope
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var requestData: Bytes = .empty
    public var requestPrincipal: Bytes? = .empty
    public var clientHostAddress: Bytes = .empty

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("requestData", &requestData)
        try w.field("requestPrincipal", &requestPrincipal)
        try w.field("clientHostAddress", &clientHostAddress)
    }
}

/// Envelope response, API key 58, version 0, flexible from 0.
public struct EnvelopeResponse: UnthrottledResponse {
    public static let name = "EnvelopeResponse"
    public static let apiKey = APIKey.envelope
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var responseData: Bytes? = nil
    public var errorCode: ErrorCode = .none

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("responseData", &responseData)
        try w.field("errorCode", &errorCode)
    }
}
