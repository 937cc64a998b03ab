/// WriteShareGroupState request, API key 85, versions 0 to 1, flexible from 0.
public struct WriteShareGroupStateRequest: Request {
    public static let name = "WriteShareGroupStateRequest"
    public typealias Response = WriteShareGroupStateResponse
    public static let apiKey = APIKey.writeShareGroupState
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 0

    public var groupId: String = ""
    public var topics: [WriteStateData] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("groupId", &groupId)
        try w.field("topics", &topics)
    }

    public struct WriteStateData: WireStruct {
        public var topicId: Uuid = .zero
        public var partitions: [PartitionData] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicId", &topicId)
            try w.field("partitions", &partitions)
        }

        public struct PartitionData: WireStruct {
            public var partition: Int32 = 0
            public var stateEpoch: Int32 = 0
            public var leaderEpoch: Int32 = 0
            public var startOffset: Int64 = 0
            public var deliveryCompleteCount: Int32 = -1
            public var stateBatches: [StateBatch] = []

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                let v = w.version
                try w.field("partition", &partition)
                try w.field("stateEpoch", &stateEpoch)
                try w.field("leaderEpoch", &leaderEpoch)
                try w.field("startOffset", &startOffset)
                if v >= 1 { try w.field("deliveryCompleteCount", &deliveryCompleteCount) }
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

/// WriteShareGroupState response, API key 85, versions 0 to 1, flexible from 0.
public struct WriteShareGroupStateResponse: UnthrottledResponse {
    public static let name = "WriteShareGroupStateResponse"
    public static let apiKey = APIKey.writeShareGroupState
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 0

    public var results: [WriteStateResult] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("results", &results)
    }

    public struct WriteStateResult: WireStruct {
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

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("partition", &partition)
                try w.field("errorCode", &errorCode)
                try w.field("errorMessage", &errorMessage)
            }
        }
    }
}
