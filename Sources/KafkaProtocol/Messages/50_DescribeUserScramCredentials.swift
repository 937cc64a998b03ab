/// DescribeUserScramCredentials request, API key 50, version 0, flexible from 0.
public struct DescribeUserScramCredentialsRequest: Request {
    public static let name = "DescribeUserScramCredentialsRequest"
    public typealias Response = DescribeUserScramCredentialsResponse
    public static let apiKey = APIKey.describeUserScramCredentials
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var users: [UserName]? = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("users", &users)
    }

    public struct UserName: WireStruct {
        public var name: String = ""

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
        }
    }
}

/// DescribeUserScramCredentials response, API key 50, version 0, flexible from 0.
public struct DescribeUserScramCredentialsResponse: ThrottledResponse {
    public static let name = "DescribeUserScramCredentialsResponse"
    public static let apiKey = APIKey.describeUserScramCredentials
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var errorMessage: String? = ""
    public var results: [DescribeUserScramCredentialsResult] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("errorCode", &errorCode)
        try w.field("errorMessage", &errorMessage)
        try w.field("results", &results)
    }

    public struct DescribeUserScramCredentialsResult: WireStruct {
        public var user: String = ""
        public var errorCode: ErrorCode = .none
        public var errorMessage: String? = ""
        public var credentialInfos: [CredentialInfo] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("user", &user)
            try w.field("errorCode", &errorCode)
            try w.field("errorMessage", &errorMessage)
            try w.field("credentialInfos", &credentialInfos)
        }

        public struct CredentialInfo: WireStruct {
            public var mechanism: Int8 = 0
            public var iterations: Int32 = 0

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("mechanism", &mechanism)
                try w.field("iterations", &iterations)
            }
        }
    }
}
