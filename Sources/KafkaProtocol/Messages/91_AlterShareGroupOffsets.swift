/// AlterShareGroupOffsets request, API key 91, version 0, flexible from 0.
public struct AlterShareGroupOffsetsRequest: Request {
    public static let name = "AlterShareGroupOffsetsRequest"
    public typealias Response = AlterShareGroupOffsetsResponse
    public static let apiKey = APIKey.alterShareGroupOffsets
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var groupId: String = ""
    public var topics: [AlterShareGroupOffsetsRequestTopic] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("groupId", &groupId)
        try w.field("topics", &topics)
    }

    public struct AlterShareGroupOffsetsRequestTopic: WireStruct {
        public var topicName: String = ""
        public var partitions: [AlterShareGroupOffsetsRequestPartition] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicName", &topicName)
            try w.field("partitions", &partitions)
        }

        public struct AlterShareGroupOffsetsRequestPartition: WireStruct {
            public var partitionIndex: Int32 = 0
            public var startOffset: Int64 = 0

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("partitionIndex", &partitionIndex)
                try w.field("startOffset", &startOffset)
            }
        }
    }
}

/// AlterShareGroupOffsets response, API key 91, version 0, flexible from 0.
public struct AlterShareGroupOffsetsResponse: ThrottledResponse {
    public static let name = "AlterShareGroupOffsetsResponse"
    public static let apiKey = APIKey.alterShareGroupOffsets
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var errorMessage: String? = nil
    public var responses: [AlterShareGroupOffsetsResponseTopic] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("errorCode", &errorCode)
        try w.field("errorMessage", &errorMessage)
        try w.field("responses", &responses)
    }

    public struct AlterShareGroupOffsetsResponseTopic: WireStruct {
        public var topicName: String = ""
        public var topicId: Uuid = .zero
        public var partitions: [AlterShareGroupOffsetsResponsePartition] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicName", &topicName)
            try w.field("topicId", &topicId)
            try w.field("partitions", &partitions)
        }

        public struct AlterShareGroupOffsetsResponsePartition: WireStruct {
            public var partitionIndex: Int32 = 0
            public var errorCode: ErrorCode = .none
            public var errorMessage: String? = nil

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("partitionIndex", &partitionIndex)
                try w.field("errorCode", &errorCode)
                try w.field("errorMessage", &errorMessage)
            }
        }
    }
}
