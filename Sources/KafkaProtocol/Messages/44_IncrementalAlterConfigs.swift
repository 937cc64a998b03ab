/// IncrementalAlterConfigs request, API key 44, versions 0 to 1, flexible from 1.
public struct IncrementalAlterConfigsRequest: Request {
    public static let name = "IncrementalAlterConfigsRequest"
    public typealias Response = IncrementalAlterConfigsResponse
    public static let apiKey = APIKey.incrementalAlterConfigs
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 1

    public var resources: [AlterConfigsResource] = []
    public var validateOnly: Bool = false

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("resources", &resources)
        try w.field("validateOnly", &validateOnly)
    }

    public struct AlterConfigsResource: WireStruct {
        public var resourceType: Int8 = 0
        public var resourceName: String = ""
        public var configs: [AlterableConfig] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("resourceType", &resourceType)
            try w.field("resourceName", &resourceName)
            try w.field("configs", &configs)
        }

        public struct AlterableConfig: WireStruct {
            public var name: String = ""
            public var configOperation: Int8 = 0
            public var value: String? = ""

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("name", &name)
                try w.field("configOperation", &configOperation)
                try w.field("value", &value)
            }
        }
    }
}

/// IncrementalAlterConfigs response, API key 44, versions 0 to 1, flexible from 1.
public struct IncrementalAlterConfigsResponse: ThrottledResponse {
    public static let name = "IncrementalAlterConfigsResponse"
    public static let apiKey = APIKey.incrementalAlterConfigs
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 1

    public var throttleTimeMs: Int32 = 0
    public var responses: [AlterConfigsResourceResponse] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("responses", &responses)
    }

    public struct AlterConfigsResourceResponse: WireStruct {
        public var errorCode: ErrorCode = .none
        public var errorMessage: String? = ""
        public var resourceType: Int8 = 0
        public var resourceName: String = ""

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("errorCode", &errorCode)
            try w.field("errorMessage", &errorMessage)
            try w.field("resourceType", &resourceType)
            try w.field("resourceName", &resourceName)
        }
    }
}
