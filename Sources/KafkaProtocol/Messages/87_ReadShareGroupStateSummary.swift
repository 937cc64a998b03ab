/// ReadShareGroupStateSummary request, API key 87, versions 0 to 1, flexible from 0.
public struct ReadShareGroupStateSummaryRequest: Request {
    public static let name = "ReadShareGroupStateSummaryRequest"
    public typealias Response = ReadShareGroupStateSummaryResponse
    public static let apiKey = APIKey.readShareGroupStateSummary
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 0

    public var groupId: String = ""
    public var topics: [ReadStateSummaryData] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("groupId", &groupId)
        try w.field("topics", &topics)
    }

    public struct ReadStateSummaryData: WireStruct {
        public var topicId: Uuid = .zero
        public var partitions: [PartitionData] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicId", &topicId)
            try w.field("partitions", &partitions)
        }

        public struct PartitionData: WireStruct {
            public var partition: Int32 = 0
            public var leaderEpoch: Int32 = 0

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("partition", &partition)
                try w.field("leaderEpoch", &leaderEpoch)
            }
        }
    }
}

/// ReadShareGroupStateSummary response, API key 87, versions 0 to 1, flexible from 0.
public struct ReadShareGroupStateSummaryResponse: UnthrottledResponse {
    public static let name = "ReadShareGroupStateSummaryResponse"
    public static let apiKey = APIKey.readShareGroupStateSummary
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 0

    public var results: [ReadStateSummaryResult] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("results", &results)
    }

    public struct ReadStateSummaryResult: WireStruct {
        public var topicId: Uuid = .zero
        public var partitions: [PartitionResult] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicId", &topicId)
            try w.field("partitions", &partitions)
        }

        public struct PartitionResult: WireStruct {
            public var partition: Int32 = 0
            public var errorCode: ErrorCode = .none
            public var errorMessage: String? = nil
            public var stateEpoch: Int32 = 0
            public var leaderEpoch: Int32 = 0
            public var startOffset: Int64 = 0
            public var deliveryCompleteCount: Int32 = -1

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                let v = w.version
                try w.field("partition", &partition)
                try w.field("errorCode", &errorCode)
                try w.field("errorMessage", &errorMessage)
                try w.field("stateEpoch", &stateEpoch)
                try w.field("leaderEpoch", &leaderEpoch)
                try w.field("startOffset", &startOffset)
                if v >= 1 { try w.field("deliveryCompleteCount", &deliveryCompleteCount) }
            }
        }
    }
}
