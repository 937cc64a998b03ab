/// DescribeClientQuotas request, API key 48, versions 0 to 1, flexible from 1.
public struct DescribeClientQuotasRequest: Request {
    public static let name = "DescribeClientQuotasRequest"
    public typealias Response = DescribeClientQuotasResponse
    public static let apiKey = APIKey.describeClientQuotas
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 1

    public var components: [ComponentData] = []
    public var strict: Bool = false

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("components", &components)
        try w.field("strict", &strict)
    }

    public struct ComponentData: WireStruct {
        public var entityType: String = ""
        public var matchType: Int8 = 0
        public var match: String? = ""

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("entityType", &entityType)
            try w.field("matchType", &matchType)
            try w.field("match", &match)
        }
    }
}

/// DescribeClientQuotas response, API key 48, versions 0 to 1, flexible from 1.
public struct DescribeClientQuotasResponse: ThrottledResponse {
    public static let name = "DescribeClientQuotasResponse"
    public static let apiKey = APIKey.describeClientQuotas
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 1

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var errorMessage: String? = ""
    public var entries: [EntryData]? = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("errorCode", &errorCode)
        try w.field("errorMessage", &errorMessage)
        try w.field("entries", &entries)
    }

    public struct EntryData: WireStruct {
        public var entity: [EntityData] = []
        public var values: [ValueData] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("entity", &entity)
            try w.field("values", &values)
        }

        public struct EntityData: WireStruct {
            public var entityType: String = ""
            public var entityName: String? = ""

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("entityType", &entityType)
                try w.field("entityName", &entityName)
            }
        }

        public struct ValueData: WireStruct {
            public var key: String = ""
            public var value: Double = 0

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("key", &key)
                try w.field("value", &value)
            }
        }
    }
}
