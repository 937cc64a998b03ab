/// DescribeShareGroupOffsets request, API key 90, versions 0 to 1, flexible from 0.
public struct DescribeShareGroupOffsetsRequest: Request {
    public static let name = "DescribeShareGroupOffsetsRequest"
    public typealias Response = DescribeShareGroupOffsetsResponse
    public static let apiKey = APIKey.describeShareGroupOffsets
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 0

    public var groups: [DescribeShareGroupOffsetsRequestGroup] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("groups", &groups)
    }

    public struct DescribeShareGroupOffsetsRequestGroup: WireStruct {
        public var groupId: String = ""
        public var topics: [DescribeShareGroupOffsetsRequestTopic]? = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("groupId", &groupId)
            try w.field("topics", &topics)
        }

        public struct DescribeShareGroupOffsetsRequestTopic: WireStruct {
            public var topicName: String = ""
            public var partitions: [Int32] = []

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("topicName", &topicName)
                try w.field("partitions", &partitions)
            }
        }
    }
}

/// DescribeShareGroupOffsets response, API key 90, versions 0 to 1, flexible from 0.
public struct DescribeShareGroupOffsetsResponse: ThrottledResponse {
    public static let name = "DescribeShareGroupOffsetsResponse"
    public static let apiKey = APIKey.describeShareGroupOffsets
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var groups: [DescribeShareGroupOffsetsResponseGroup] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("groups", &groups)
    }

    public struct DescribeShareGroupOffsetsResponseGroup: WireStruct {
        public var groupId: String = ""
        public var topics: [DescribeShareGroupOffsetsResponseTopic] = []
        public var errorCode: ErrorCode = .none
        public var errorMessage: String? = nil

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("groupId", &groupId)
            try w.field("topics", &topics)
            try w.field("errorCode", &errorCode)
            try w.field("errorMessage", &errorMessage)
        }

        public struct DescribeShareGroupOffsetsResponseTopic: WireStruct {
            public var topicName: String = ""
            public var topicId: Uuid = .zero
            public var partitions: [DescribeShareGroupOffsetsResponsePartition] = []

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("topicName", &topicName)
                try w.field("topicId", &topicId)
                try w.field("partitions", &partitions)
            }

            public struct DescribeShareGroupOffsetsResponsePartition: WireStruct {
                public var partitionIndex: Int32 = 0
                public var startOffset: Int64 = 0
                public var leaderEpoch: Int32 = 0
                public var lag: Int64 = -1
                public var errorCode: ErrorCode = .none
                public var errorMessage: String? = nil

                public init() {}

                public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                    let v = w.version
                    try w.field("partitionIndex", &partitionIndex)
                    try w.field("startOffset", &startOffset)
                    try w.field("leaderEpoch", &leaderEpoch)
                    if v >= 1 { try w.field("lag", &lag) }
                    try w.field("errorCode", &errorCode)
                    try w.field("errorMessage", &errorMessage)
                }
            }
        }
    }
}
