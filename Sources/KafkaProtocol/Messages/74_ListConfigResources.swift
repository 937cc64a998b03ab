import Vocabulary

/// ListConfigResources request, API key 74, versions 0 to 1, flexible from 0.
public struct ListConfigResourcesRequest: Request {
    public static let name = "ListConfigResourcesRequest"
    public typealias Response = ListConfigResourcesResponse
    public static let apiKey = APIKey.listConfigResources
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 0

    public var resourceTypes: [Int8] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        if v >= 1 { try w.field("resourceTypes", &resourceTypes) }
    }
}

/// ListConfigResources response, API key 74, versions 0 to 1, flexible from 0.
public struct ListConfigResourcesResponse: ThrottledResponse {
    public static let name = "ListConfigResourcesResponse"
    public static let apiKey = APIKey.listConfigResources
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var configResources: [ConfigResource] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("errorCode", &errorCode)
        try w.field("configResources", &configResources)
    }

    public struct ConfigResource: WireStruct {
        public var resourceName: String = ""
        public var resourceType: Int8 = 16

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            let v = w.version
            try w.field("resourceName", &resourceName)
            if v >= 1 { try w.field("resourceType", &resourceType) }
        }
    }
}
