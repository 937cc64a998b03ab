/// ApiVersions request, API key 18, versions 0 to 4, flexible from 3.
public struct ApiVersionsRequest: Request {
    public static let name = "ApiVersionsRequest"
    public typealias Response = ApiVersionsResponse
    public static let apiKey = APIKey.apiVersions
    public static let versions: ClosedRange<Int16> = 0...4
    public static let flexibleFrom: Int16 = 3

    public var clientSoftwareName: String = ""
    public var clientSoftwareVersion: String = ""

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        if v >= 3 {
            try w.field("clientSoftwareName", &clientSoftwareName)
            try w.field("clientSoftwareVersion", &clientSoftwareVersion)
        }
    }
}

/// ApiVersions response, API key 18, versions 0 to 4, flexible from 3.
public struct ApiVersionsResponse: ThrottledResponse {
    public static let name = "ApiVersionsResponse"
    public static let apiKey = APIKey.apiVersions
    public static let versions: ClosedRange<Int16> = 0...4
    public static let flexibleFrom: Int16 = 3

    public var errorCode: ErrorCode = .none
    public var apiKeys: [ApiVersion] = []
    public var throttleTimeMs: Int32 = 0
    public var supportedFeatures: [SupportedFeatureKey] = []
    public var finalizedFeaturesEpoch: Int64 = -1
    public var finalizedFeatures: [FinalizedFeatureKey] = []
    public var zkMigrationReady: Bool = false

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("errorCode", &errorCode)
        try w.field("apiKeys", &apiKeys)
        if v >= 1 { try w.field("throttleTimeMs", &throttleTimeMs) }
        try w.tagged(0, isDefault: supportedFeatures.isEmpty) { (w) throws(WireError) in try w.field("supportedFeatures", &supportedFeatures) }
        try w.tagged(1, isDefault: finalizedFeaturesEpoch == -1) { (w) throws(WireError) in try w.field("finalizedFeaturesEpoch", &finalizedFeaturesEpoch) }
        try w.tagged(2, isDefault: finalizedFeatures.isEmpty) { (w) throws(WireError) in try w.field("finalizedFeatures", &finalizedFeatures) }
        try w.tagged(3, isDefault: zkMigrationReady == false) { (w) throws(WireError) in try w.field("zkMigrationReady", &zkMigrationReady) }
    }

    public struct ApiVersion: WireStruct {
        public var apiKey: Int16 = 0
        public var minVersion: Int16 = 0
        public var maxVersion: Int16 = 0

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("apiKey", &apiKey)
            try w.field("minVersion", &minVersion)
            try w.field("maxVersion", &maxVersion)
        }
    }

    public struct SupportedFeatureKey: WireStruct {
        public var name: String = ""
        public var minVersion: Int16 = 0
        public var maxVersion: Int16 = 0

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("minVersion", &minVersion)
            try w.field("maxVersion", &maxVersion)
        }
    }

    public struct FinalizedFeatureKey: WireStruct {
        public var name: String = ""
        public var maxVersionLevel: Int16 = 0
        public var minVersionLevel: Int16 = 0

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("maxVersionLevel", &maxVersionLevel)
            try w.field("minVersionLevel", &minVersionLevel)
        }
    }
}
