/// The header before every request: API, version, correlation id, client id. Version 1, or 2 (with a tagged section) for flexible requests (KIP-482).
public struct RequestHeader: Message {
    public static let name = "RequestHeader"
    public static let versions: ClosedRange<Int16> = 1...2
    public static let flexibleFrom: Int16 = 2

    public var requestApiKey: Int16 = 0
    public var requestApiVersion: Int16 = 0
    public var correlationId: Int32 = 0
    public var clientId: String? = ""

    public init() {}

    public init(apiKey: APIKey, version: Int16, correlationId: Int32, clientId: String?) {
        requestApiKey = apiKey.rawValue
        requestApiVersion = version
        self.correlationId = correlationId
        self.clientId = clientId
    }

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("requestApiKey", &requestApiKey)
        try w.field("requestApiVersion", &requestApiVersion)
        try w.field("correlationId", &correlationId)
        w.name("clientId")
        try w.fixedString(&clientId)
    }

    /// The header version that goes with a request.
    public static func version(for request: any Request.Type, version: Int16) -> Int16 { version >= request.flexibleFrom ? 2 : 1 }
}

/// The header before every response. Version 1 carries a tagged section; ApiVersions responses always use version 0 (KIP-511).
public struct ResponseHeader: Message {
    public static let name = "ResponseHeader"
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 1

    public var correlationId: Int32 = 0

    public init() {}
    public init(correlationId: Int32) { self.correlationId = correlationId }

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) { try w.field("correlationId", &correlationId) }

    public static func version(for request: any Request.Type, version: Int16) -> Int16 {
        request.apiKey != .apiVersions && version >= request.flexibleFrom ? 1 : 0
    }
}
