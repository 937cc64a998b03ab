/// AlterUserScramCredentials request, API key 51, version 0, flexible from 0.
public struct AlterUserScramCredentialsRequest: Request {
    public static let name = "AlterUserScramCredentialsRequest"
    public typealias Response = AlterUserScramCredentialsResponse
    public static let apiKey = APIKey.alterUserScramCredentials
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var deletions: [ScramCredentialDeletion] = []
    public var upsertions: [ScramCredentialUpsertion] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("deletions", &deletions)
        try w.field("upsertions", &upsertions)
    }

    public struct ScramCredentialDeletion: WireStruct {
        public var name: String = ""
        public var mechanism: Int8 = 0

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("mechanism", &mechanism)
        }
    }

    public struct ScramCredentialUpsertion: WireStruct {
        public var name: String = ""
        public var mechanism: Int8 = 0
        public var iterations: Int32 = 0
        public var salt: Bytes = .empty
        public var saltedPassword: Bytes = .empty

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("mechanism", &mechanism)
            try w.field("iterations", &iterations)
            try w.field("salt", &salt)
            try w.field("saltedPassword", &saltedPassword)
        }
    }
}

/// AlterUserScramCredentials response, API key 51, version 0, flexible from 0.
public struct AlterUserScramCredentialsResponse: ThrottledResponse {
    public static let name = "AlterUserScramCredentialsResponse"
    public static let apiKey = APIKey.alterUserScramCredentials
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var results: [AlterUserScramCredentialsResult] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("results", &results)
    }

    public struct AlterUserScramCredentialsResult: WireStruct {
        public var user: String = ""
        public var errorCode: ErrorCode = .none
        public var errorMessage: String? = ""

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("user", &user)
            try w.field("errorCode", &errorCode)
            try w.field("errorMessage", &errorMessage)
        }
    }
}
