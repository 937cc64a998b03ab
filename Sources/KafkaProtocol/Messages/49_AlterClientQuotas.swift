/// AlterClientQuotas request, API key 49, versions 0 to 1, flexible from 1.
public struct AlterClientQuotasRequest: Request {
    public static let name = "AlterClientQuotasRequest"
    public typealias Response = AlterClientQuotasResponse
    public static let apiKey = APIKey.alterClientQuotas
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 1

    public var entries: [EntryData] = []
    public var validateOnly: Bool = false

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("entries", &entries)
        try w.field("validateOnly", &validateOnly)
    }

    public struct EntryData: WireStruct {
        public var entity: [EntityData] = []
        public var ops: [OpData] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("entity", &entity)
            try w.field("ops", &ops)
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

        public struct OpData: WireStruct {
            public var key: String = ""
            public var value: Double = 0
            public var remove: Bool = false

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("key", &key)
                try w.field("value", &value)
                try w.field("remove", &remove)
            }
        }
    }
}

/// AlterClientQuotas response, API key 49, versions 0 to 1, flexible from 1.
public struct AlterClientQuotasResponse: ThrottledResponse {
    public static let name = "AlterClientQuotasResponse"
    public static let apiKey = APIKey.alterClientQuotas
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 1

    public var throttleTimeMs: Int32 = 0
    public var entries: [EntryData] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("entries", &entries)
    }

    public struct EntryData: WireStruct {
        public var errorCode: ErrorCode = .none
        public var errorMessage: String? = ""
        public var entity: [EntityData] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("errorCode", &errorCode)
            try w.field("errorMessage", &errorMessage)
            try w.field("entity", &entity)
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
    }
}
