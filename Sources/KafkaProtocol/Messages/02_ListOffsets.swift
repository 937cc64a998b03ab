/// ListOffsets request, API key 2, versions 1 to 11, flexible from 6.
public struct ListOffsetsRequest: Request {
    public static let name = "ListOffsetsRequest"
    public typealias Response = ListOffsetsResponse
    public static let apiKey = APIKey.listOffsets
    public static let versions: ClosedRange<Int16> = 1...11
    public static let flexibleFrom: Int16 = 6

    public var replicaId: Int32 = 0
    public var isolationLevel: Int8 = 0
    public var topics: [ListOffsetsTopic] = []
    public var timeoutMs: Int32 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("replicaId", &replicaId)
        if v >= 2 { try w.field("isolationLevel", &isolationLevel) }
        try w.field("topics", &topics)
        if v >= 10 { try w.field("timeoutMs", &timeoutMs) }
    }

    public struct ListOffsetsTopic: WireStruct {
        public var name: String = ""
        public var partitions: [ListOffsetsPartition] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("partitions", &partitions)
        }

        public struct ListOffsetsPartition: WireStruct {
            public var partitionIndex: Int32 = 0
            public var currentLeaderEpoch: Int32 = -1
            public var timestamp: Int64 = 0

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                let v = w.version
                try w.field("partitionIndex", &partitionIndex)
                if v >= 4 { try w.field("currentLeaderEpoch", &currentLeaderEpoch) }
                try w.field("timestamp", &timestamp)
            }
        }
    }
}

/// ListOffsets response, API key 2, versions 1 to 11, flexible from 6.
public struct ListOffsetsResponse: ThrottledResponse {
    public static let name = "ListOffsetsResponse"
    public static let apiKey = APIKey.listOffsets
    public static let versions: ClosedRange<Int16> = 1...11
    public static let flexibleFrom: Int16 = 6

    public var throttleTimeMs: Int32 = 0
    public var topics: [ListOffsetsTopicResponse] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        if v >= 2 { try w.field("throttleTimeMs", &throttleTimeMs) }
        try w.field("topics", &topics)
    }

    public struct ListOffsetsTopicResponse: WireStruct {
        public var name: String = ""
        public var partitions: [ListOffsetsPartitionResponse] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("partitions", &partitions)
        }

        public struct ListOffsetsPartitionResponse: WireStruct {
            public var partitionIndex: Int32 = 0
            public var errorCode: ErrorCode = .none
            public var timestamp: Int64 = -1
            public var offset: Int64 = -1
            public var leaderEpoch: Int32 = -1

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                let v = w.version
                try w.field("partitionIndex", &partitionIndex)
                try w.field("errorCode", &errorCode)
                try w.field("timestamp", &timestamp)
                try w.field("offset", &offset)
                if v >= 4 { try w.field("leaderEpoch", &leaderEpoch) }
            }
        }
    }
}
