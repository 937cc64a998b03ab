/// DeleteShareGroupOffsets request, API key 92, version 0, flexible from 0.
public struct DeleteShareGroupOffsetsRequest: Request {
    public static let name = "DeleteShareGroupOffsetsRequest"
    public typealias Response = DeleteShareGroupOffsetsResponse
    public static let apiKey = APIKey.deleteShareGroupOffsets
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var groupId: String = ""
    public var topics: [DeleteShareGroupOffsetsRequestTopic] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("groupId", &groupId)
        try w.field("topics", &topics)
    }

    public struct DeleteShareGroupOffsetsRequestTopic: WireStruct {
        public var topicName: String = ""

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicName", &topicName)
        }
    }
}

/// DeleteShareGroupOffsets response, API key 92, version 0, flexible from 0.
public struct DeleteShareGroupOffsetsResponse: ThrottledResponse {
    public static let name = "DeleteShareGroupOffsetsResponse"
    public static let apiKey = APIKey.deleteShareGroupOffsets
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var errorMessage: String? = nil
    public var responses: [DeleteShareGroupOffsetsResponseTopic] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("errorCode", &errorCode)
        try w.field("errorMessage", &errorMessage)
        try w.field("responses", &responses)
    }

    public struct DeleteShareGroupOffsetsResponseTopic: WireStruct {
        public var topicName: String = ""
        public var topicId: Uuid = .zero
        public var errorCode: ErrorCode = .none
        public var errorMessage: String? = nil

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicName", &topicName)
            try w.field("topicId", &topicId)
            try w.field("errorCode", &errorCode)
            try w.field("errorMessage", &errorMessage)
        }
    }
}
