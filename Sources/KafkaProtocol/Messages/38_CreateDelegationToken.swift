/// CreateDelegationToken request, API key 38, versions 1 to 3, flexible from 2.
public struct CreateDelegationTokenRequest: Request {
    public static let name = "CreateDelegationTokenRequest"
    public typealias Response = CreateDelegationTokenResponse
    public static let apiKey = APIKey.createDelegationToken
    public static let versions: ClosedRange<Int16> = 1...3
    public static let flexibleFrom: Int16 = 2

    public var ownerPrincipalType: String? = ""
    public var ownerPrincipalName: String? = ""
    public var renewers: [CreatableRenewers] = []
    public var maxLifetimeMs: Int64 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        if v >= 3 {
            try w.field("ownerPrincipalType", &ownerPrincipalType)
            try w.field("ownerPrincipalName", &ownerPrincipalName)
        }
        try w.field("renewers", &renewers)
        try w.field("maxLifetimeMs", &maxLifetimeMs)
    }

    public struct CreatableRenewers: WireStruct {
        public var principalType: String = ""
        public var principalName: String = ""

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("principalType", &principalType)
            try w.field("principalName", &principalName)
        }
    }
}

/// CreateDelegationToken response, API key 38, versions 1 to 3, flexible from 2.
public struct CreateDelegationTokenResponse: ThrottledResponse {
    public static let name = "CreateDelegationTokenResponse"
    public static let apiKey = APIKey.createDelegationToken
    public static let versions: ClosedRange<Int16> = 1...3
    public static let flexibleFrom: Int16 = 2

    public var errorCode: ErrorCode = .none
    public var principalType: String = ""
    public var principalName: String = ""
    public var tokenRequesterPrincipalType: String = ""
    public var tokenRequesterPrincipalName: String = ""
    public var issueTimestampMs: Int64 = 0
    public var expiryTimestampMs: Int64 = 0
    public var maxTimestampMs: Int64 = 0
    public var tokenId: String = ""
    public var hmac: Bytes = .empty
    public var throttleTimeMs: Int32 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("errorCode", &errorCode)
        try w.field("principalType", &principalType)
        try w.field("principalName", &principalName)
        if v >= 3 {
            try w.field("tokenRequesterPrincipalType", &tokenRequesterPrincipalType)
            try w.field("tokenRequesterPrincipalName", &tokenRequesterPrincipalName)
        }
        try w.field("issueTimestampMs", &issueTimestampMs)
        try w.field("expiryTimestampMs", &expiryTimestampMs)
        try w.field("maxTimestampMs", &maxTimestampMs)
        try w.field("tokenId", &tokenId)
        try w.field("hmac", &hmac)
        try w.field("throttleTimeMs", &throttleTimeMs)
    }
}
