/// DescribeConfigs request, API key 32, versions 1 to 4, flexible from 4.
public struct DescribeConfigsRequest: Request {
    public static let name = "DescribeConfigsRequest"
    public typealias Response = DescribeConfigsResponse
    public static let apiKey = APIKey.describeConfigs
    public static let versions: ClosedRange<Int16> = 1...4
    public static let flexibleFrom: Int16 = 4

    public var resources: [DescribeConfigsResource] = []
    public var includeSynonyms: Bool = false
    public var includeDocumentation: Bool = false

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("resources", &resources)
        try w.field("includeSynonyms", &includeSynonyms)
        if v >= 3 { try w.field("includeDocumentation", &includeDocumentation) }
    }

    public struct DescribeConfigsResource: WireStruct {
        public var resourceType: Int8 = 0
        public var resourceName: String = ""
        public var configurationKeys: [String]? = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("resourceType", &resourceType)
            try w.field("resourceName", &resourceName)
            try w.field("configurationKeys", &configurationKeys)
        }
    }
}

/// DescribeConfigs response, API key 32, versions 1 to 4, flexible from 4.
public struct DescribeConfigsResponse: ThrottledResponse {
    public static let name = "DescribeConfigsResponse"
    public static let apiKey = APIKey.describeConfigs
    public static let versions: ClosedRange<Int16> = 1...4
    public static let flexibleFrom: Int16 = 4

    public var throttleTimeMs: Int32 = 0
    public var results: [DescribeConfigsResult] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("results", &results)
    }

    public struct DescribeConfigsResult: WireStruct {
        public var errorCode: ErrorCode = .none
        public var errorMessage: String? = ""
        public var resourceType: Int8 = 0
        public var resourceName: String = ""
        public var configs: [DescribeConfigsResourceResult] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("errorCode", &errorCode)
            try w.field("errorMessage", &errorMessage)
            try w.field("resourceType", &resourceType)
            try w.field("resourceName", &resourceName)
            try w.field("configs", &configs)
        }

        public struct DescribeConfigsResourceResult: WireStruct {
            public var name: String = ""
            public var value: String? = ""
            public var readOnly: Bool = false
            public var configSource: Int8 = -1
            public var isSensitive: Bool = false
            public var synonyms: [DescribeConfigsSynonym] = []
            public var configType: Int8 = 0
            public var documentation: String? = ""

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                let v = w.version
                try w.field("name", &name)
                try w.field("value", &value)
                try w.field("readOnly", &readOnly)
                try w.field("configSource", &configSource)
                try w.field("isSensitive", &isSensitive)
                try w.field("synonyms", &synonyms)
                if v >= 3 {
                    try w.field("configType", &configType)
                    try w.field("documentation", &documentation)
                }
            }

            public struct DescribeConfigsSynonym: WireStruct {
                public var name: String = ""
                public var value: String? = ""
                public var source: Int8 = 0

                public init() {}

                public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                    try w.field("name", &name)
                    try w.field("value", &value)
                    try w.field("source", &source)
                }
            }
        }
    }
}
