/// DescribeDelegationToken request, API key 41, versions 1 to 3, flexible from 2.
public struct DescribeDelegationTokenRequest: Request {
    public static let name = "DescribeDelegationTokenRequest"
    public typealias Response = DescribeDelegationTokenResponse
    public static let apiKey = APIKey.describeDelegationToken
    public static let versions: ClosedRange<Int16> = 1...3
    public static let flexibleFrom: Int16 = 2

    public var owners: [DescribeDelegationTokenOwner]? = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("owners", &owners)
    }

    public struct DescribeDelegationTokenOwner: WireStruct {
        public var principalType: String = ""
        public var principalName: String = ""

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("principalType", &principalType)
            try w.field("principalName", &principalName)
        }
    }
}

/// DescribeDelegationToken response, API key 41, versions 1 to 3, flexible from 2.
public struct DescribeDelegationTokenResponse: ThrottledResponse {
    public static let name = "DescribeDelegationTokenResponse"
    public static let apiKey = APIKey.describeDelegationToken
    public static let versions: ClosedRange<Int16> = 1...3
    public static let flexibleFrom: Int16 = 2

    public var errorCode: ErrorCode = .none
    public var tokens: [DescribedDelegationToken] = []
    public var throttleTimeMs: Int32 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("errorCode", &errorCode)
        try w.field("tokens", &tokens)
        try w.field("throttleTimeMs", &throttleTimeMs)
    }

    public struct DescribedDelegationToken: WireStruct {
        public var principalType: String = ""
        public var principalName: String = ""
        public var tokenRequesterPrincipalType: String = ""
        public var tokenRequesterPrincipalName: String = ""
        public var issueTimestamp: Int64 = 0
        public var expiryTimestamp: Int64 = 0
        public var maxTimestamp: Int64 = 0
        public var tokenId: String = ""
        public var hmac: Bytes = .empty
        public var renewers: [DescribedDelegationTokenRenewer] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            let v = w.version
            try w.field("principalType", &principalType)
            try w.field("principalName", &principalName)
            if v >= 3 {
                try w.field("tokenRequesterPrincipalType", &tokenRequesterPrincipalType)
                try w.field("tokenRequesterPrincipalName", &tokenRequesterPrincipalName)
            }
            try w.field("issueTimestamp", &issueTimestamp)
            try w.field("expiryTimestamp", &expiryTimestamp)
            try w.field("maxTimestamp", &maxTimestamp)
            try w.field("tokenId", &tokenId)
            try w.field("hmac", &hmac)
            try w.field("renewers", &renewers)
        }

        public struct DescribedDelegationTokenRenewer: WireStruct {
            public var principalType: String = ""
            public var principalName: String = ""

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("principalType", &principalType)
                try w.field("principalName", &principalName)
            }
        }
    }
}
