/// CreatePartitions request, API key 37, versions 0 to 3, flexible from 2.
public struct CreatePartitionsRequest: Request {
    public static let name = "CreatePartitionsRequest"
    public typealias Response = CreatePartitionsResponse
    public static let apiKey = APIKey.createPartitions
    public static let versions: ClosedRange<Int16> = 0...3
    public static let flexibleFrom: Int16 = 2

    public var topics: [CreatePartitionsTopic] = []
    public var timeoutMs: Int32 = 0
    public var validateOnly: Bool = false

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("topics", &topics)
        try w.field("timeoutMs", &timeoutMs)
        try w.field("validateOnly", &validateOnly)
    }

    public struct CreatePartitionsTopic: WireStruct {
        public var name: String = ""
        public var count: Int32 = 0
        public var assignments: [CreatePartitionsAssignment]? = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("count", &count)
            try w.field("assignments", &assignments)
        }

        public struct CreatePartitionsAssignment: WireStruct {
            public var brokerIds: [Int32] = []

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("brokerIds", &brokerIds)
            }
        }
    }
}

/// CreatePartitions response, API key 37, versions 0 to 3, flexible from 2.
public struct CreatePartitionsResponse: ThrottledResponse {
    public static let name = "CreatePartitionsResponse"
    public static let apiKey = APIKey.createPartitions
    public static let versions: ClosedRange<Int16> = 0...3
    public static let flexibleFrom: Int16 = 2

    public var throttleTimeMs: Int32 = 0
    public var results: [CreatePartitionsTopicResult] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("results", &results)
    }

    public struct CreatePartitionsTopicResult: WireStruct {
        public var name: String = ""
        public var errorCode: ErrorCode = .none
        public var errorMessage: String? = nil

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("errorCode", &errorCode)
            try w.field("errorMessage", &errorMessage)
        }
    }
}
