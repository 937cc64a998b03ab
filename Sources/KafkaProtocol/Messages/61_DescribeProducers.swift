/// DescribeProducers request, API key 61, version 0, flexible from 0.
public struct DescribeProducersRequest: Request {
    public static let name = "DescribeProducersRequest"
    public typealias Response = DescribeProducersResponse
    public static let apiKey = APIKey.describeProducers
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var topics: [TopicRequest] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("topics", &topics)
    }

    public struct TopicRequest: WireStruct {
        public var name: String = ""
        public var partitionIndexes: [Int32] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("partitionIndexes", &partitionIndexes)
        }
    }
}

/// DescribeProducers response, API key 61, version 0, flexible from 0.
public struct DescribeProducersResponse: ThrottledResponse {
    public static let name = "DescribeProducersResponse"
    public static let apiKey = APIKey.describeProducers
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var topics: [TopicResponse] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("topics", &topics)
    }

    public struct TopicResponse: WireStruct {
        public var name: String = ""
        public var partitions: [PartitionResponse] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("partitions", &partitions)
        }

        public struct PartitionResponse: WireStruct {
            public var partitionIndex: Int32 = 0
            public var errorCode: ErrorCode = .none
            public var errorMessage: String? = nil
            public var activeProducers: [ProducerState] = []

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("partitionIndex", &partitionIndex)
                try w.field("errorCode", &errorCode)
                try w.field("errorMessage", &errorMessage)
                try w.field("activeProducers", &activeProducers)
            }

            public struct ProducerState: WireStruct {
                public var producerId: Int64 = 0
                public var producerEpoch: Int32 = 0
                public var lastSequence: Int32 = -1
                public var lastTimestamp: Int64 = -1
                public var coordinatorEpoch: Int32 = 0
                public var currentTxnStartOffset: Int64 = -1

                public init() {}

                public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                    try w.field("producerId", &producerId)
                    try w.field("producerEpoch", &producerEpoch)
                    try w.field("lastSequence", &lastSequence)
                    try w.field("lastTimestamp", &lastTimestamp)
                    try w.field("coordinatorEpoch", &coordinatorEpoch)
                    try w.field("currentTxnStartOffset", &currentTxnStartOffset)
                }
            }
        }
    }
}
