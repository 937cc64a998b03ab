/// UpdateFeatures request, API key 57, versions 0 to 2, flexible from 0.
public struct UpdateFeaturesRequest: Request {
    public static let name = "UpdateFeaturesRequest"
    public typealias Response = UpdateFeaturesResponse
    public static let apiKey = APIKey.updateFeatures
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleFrom: Int16 = 0

    public var timeoutMs: Int32 = 60000
    public var featureUpdates: [FeatureUpdateKey] = []
    public var validateOnly: Bool = false

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("timeoutMs", &timeoutMs)
        try w.field("featureUpdates", &featureUpdates)
        if v >= 1 { try w.field("validateOnly", &validateOnly) }
    }

    public struct FeatureUpdateKey: WireStruct {
        public var feature: String = ""
        public var maxVersionLevel: Int16 = 0
        public var allowDowngrade: Bool = false
        public var upgradeType: Int8 = 1

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            let v = w.version
            try w.field("feature", &feature)
            try w.field("maxVersionLevel", &maxVersionLevel)
            if v <= 0 { try w.field("allowDowngrade", &allowDowngrade) }
            if v >= 1 { try w.field("upgradeType", &upgradeType) }
        }
    }
}

/// UpdateFeatures response, API key 57, versions 0 to 2, flexible from 0.
public struct UpdateFeaturesResponse: ThrottledResponse {
    public static let name = "UpdateFeaturesResponse"
    public static let apiKey = APIKey.updateFeatures
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var errorMessage: String? = ""
    public var results: [UpdatableFeatureResult] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("errorCode", &errorCode)
        try w.field("errorMessage", &errorMessage)
        if v <= 1 { try w.field("results", &results) }
    }

    public struct UpdatableFeatureResult: WireStruct {
        public var feature: String = ""
        public var errorCode: ErrorCode = .none
        public var errorMessage: String? = ""

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("feature", &feature)
            try w.field("errorCode", &errorCode)
            try w.field("errorMessage", &errorMessage)
        }
    }
}
