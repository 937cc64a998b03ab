/// DeleteTopics request, API key 20, versions 1 to 6, flexible from 4.
public struct DeleteTopicsRequest: Request {
    public static let name = "DeleteTopicsRequest"
    public typealias Response = DeleteTopicsResponse
    public static let apiKey = APIKey.deleteTopics
    public static let versions: ClosedRange<Int16> = 1...6
    public static let flexibleFrom: Int16 = 4

    public var topics: [DeleteTopicState] = []
    public var topicNames: [String] = []
    public var timeoutMs: Int32 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        if v >= 6 { try w.field("topics", &topics) }
        if v <= 5 { try w.field("topicNames", &topicNames) }
        try w.field("timeoutMs", &timeoutMs)
    }

    public struct DeleteTopicState: WireStruct {
        public var name: String? = nil
        public var topicId: Uuid = .zero

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("topicId", &topicId)
        }
    }
}

/// DeleteTopics response, API key 20, versions 1 to 6, flexible from 4.
public struct DeleteTopicsResponse: ThrottledResponse {
    public static let name = "DeleteTopicsResponse"
    public static let apiKey = APIKey.deleteTopics
    public static let versions: ClosedRange<Int16> = 1...6
    public static let flexibleFrom: Int16 = 4

    public var throttleTimeMs: Int32 = 0
    public var responses: [DeletableTopicResult] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("responses", &responses)
    }

    public struct DeletableTopicResult: WireStruct {
        public var name: String? = ""
        public var topicId: Uuid = .zero
        public var errorCode: ErrorCode = .none
        public var errorMessage: String? = nil

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            let v = w.version
            try w.field("name", &name, nullable: v >= 6)
            if v >= 6 { try w.field("topicId", &topicId) }
            try w.field("errorCode", &errorCode)
            if v >= 5 { try w.field("errorMessage", &errorMessage) }
        }
    }
}
