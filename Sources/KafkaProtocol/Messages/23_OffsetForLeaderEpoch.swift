/// OffsetForLeaderEpoch request, API key 23, versions 2 to 4, flexible from 4.
public struct OffsetForLeaderEpochRequest: Request {
    public static let name = "OffsetForLeaderEpochRequest"
    public typealias Response = OffsetForLeaderEpochResponse
    public static let apiKey = APIKey.offsetForLeaderEpoch
    public static let versions: ClosedRange<Int16> = 2...4
    public static let flexibleFrom: Int16 = 4

    public var replicaId: Int32 = -2
    public var topics: [OffsetForLeaderTopic] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        if v >= 3 { try w.field("replicaId", &replicaId) }
        try w.field("topics", &topics)
    }

    public struct OffsetForLeaderTopic: WireStruct {
        public var topic: String = ""
        public var partitions: [OffsetForLeaderPartition] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topic", &topic)
            try w.field("partitions", &partitions)
        }

        public struct OffsetForLeaderPartition: WireStruct {
            public var partition: Int32 = 0
            public var currentLeaderEpoch: Int32 = -1
            public var leaderEpoch: Int32 = 0

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("partition", &partition)
                try w.field("currentLeaderEpoch", &currentLeaderEpoch)
                try w.field("leaderEpoch", &leaderEpoch)
            }
        }
    }
}

/// OffsetForLeaderEpoch response, API key 23, versions 2 to 4, flexible from 4.
public struct OffsetForLeaderEpochResponse: ThrottledResponse {
    public static let name = "OffsetForLeaderEpochResponse"
    public static let apiKey = APIKey.offsetForLeaderEpoch
    public static let versions: ClosedRange<Int16> = 2...4
    public static let flexibleFrom: Int16 = 4

    public var throttleTimeMs: Int32 = 0
    public var topics: [OffsetForLeaderTopicResult] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("topics", &topics)
    }

    public struct OffsetForLeaderTopicResult: WireStruct {
        public var topic: String = ""
        public var partitions: [EpochEndOffset] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topic", &topic)
            try w.field("partitions", &partitions)
        }

        public struct EpochEndOffset: WireStruct {
            public var errorCode: ErrorCode = .none
            public var partition: Int32 = 0
            public var leaderEpoch: Int32 = -1
            public var endOffset: Int64 = -1

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("errorCode", &errorCode)
                try w.field("partition", &partition)
                try w.field("leaderEpoch", &leaderEpoch)
                try w.field("endOffset", &endOffset)
            }
        }
    }
}
