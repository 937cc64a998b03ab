/// ReadShareGroupState request, API key 84, version 0, flexible from 0.
public struct ReadShareGroupStateRequest: Request {
    public static let name = "ReadShareGroupStateRequest"
    public typealias Response = ReadShareGroupStateResponse
    public static let apiKey = APIKey.readShareGroupState
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var groupId: String = ""
    public var topics: [ReadStateData] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("groupId", &groupId)
        try w.field("topics", &topics)
    }

    public struct ReadStateData: WireStruct {
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

/// ReadShareGroupState response, API key 84, version 0, flexible from 0.
public struct ReadShareGroupStateResponse: UnthrottledResponse {
    public static let name = "ReadShareGroupStateResponse"
    public static let apiKey = APIKey.readShareGroupState
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var results: [ReadStateResult] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("results", &results)
    }

    public struct ReadStateResult: WireStruct {
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
            public var startOffset: Int64 = 0
            public var stateBatches: [StateBatch] = []

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("partition", &partition)
                try w.field("errorCode", &errorCode)
                try w.field("errorMessage", &errorMessage)
                try w.field("stateEpoch", &stateEpoch)
                try w.field("startOffset", &startOffset)
                try w.field("stateBatches", &stateBatches)
            }

            public struct StateBatch: WireStruct {
                public var firstOffset: Int64 = 0
                public var lastOffset: Int64 = 0
                public var deliveryState: Int8 = 0
                public var deliveryCount: Int16 = 0

                public init() {}

                public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                    try w.field("firstOffset", &firstOffset)
                    try w.field("lastOffset", &lastOffset)
                    try w.field("deliveryState", &deliveryState)
                    try w.field("deliveryCount", &deliveryCount)
                }
            }
        }
    }
}
