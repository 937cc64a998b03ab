/// AlterPartition request, API key 56, versions 2 to 3, flexible from 0.
public struct AlterPartitionRequest: Request {
    public static let name = "AlterPartitionRequest"
    public typealias Response = AlterPartitionResponse
    public static let apiKey = APIKey.alterPartition
    public static let versions: ClosedRange<Int16> = 2...3
    public static let flexibleFrom: Int16 = 0

    public var brokerId: Int32 = 0
    public var brokerEpoch: Int64 = -1
    public var topics: [TopicData] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("brokerId", &brokerId)
        try w.field("brokerEpoch", &brokerEpoch)
        try w.field("topics", &topics)
    }

    public struct TopicData: WireStruct {
        public var topicId: Uuid = .zero
        public var partitions: [PartitionData] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicId", &topicId)
            try w.field("partitions", &partitions)
        }

        public struct PartitionData: WireStruct {
            public var partitionIndex: Int32 = 0
            public var leaderEpoch: Int32 = 0
            public var newIsr: [Int32] = []
            public var newIsrWithEpochs: [BrokerState] = []
            public var leaderRecoveryState: Int8 = 0
            public var partitionEpoch: Int32 = 0

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                let v = w.version
                try w.field("partitionIndex", &partitionIndex)
                try w.field("leaderEpoch", &leaderEpoch)
                if v <= 2 { try w.field("newIsr", &newIsr) }
                if v >= 3 { try w.field("newIsrWithEpochs", &newIsrWithEpochs) }
                try w.field("leaderRecoveryState", &leaderRecoveryState)
                try w.field("partitionEpoch", &partitionEpoch)
            }

            public struct BrokerState: WireStruct {
                public var brokerId: Int32 = 0
                public var brokerEpoch: Int64 = -1

                public init() {}

                public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                    try w.field("brokerId", &brokerId)
                    try w.field("brokerEpoch", &brokerEpoch)
                }
            }
        }
    }
}

/// AlterPartition response, API key 56, versions 2 to 3, flexible from 0.
public struct AlterPartitionResponse: ThrottledResponse {
    public static let name = "AlterPartitionResponse"
    public static let apiKey = APIKey.alterPartition
    public static let versions: ClosedRange<Int16> = 2...3
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var topics: [TopicData] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("errorCode", &errorCode)
        try w.field("topics", &topics)
    }

    public struct TopicData: WireStruct {
        public var topicId: Uuid = .zero
        public var partitions: [PartitionData] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicId", &topicId)
            try w.field("partitions", &partitions)
        }

        public struct PartitionData: WireStruct {
            public var partitionIndex: Int32 = 0
            public var errorCode: ErrorCode = .none
            public var leaderId: Int32 = 0
            public var leaderEpoch: Int32 = 0
            public var isr: [Int32] = []
            public var leaderRecoveryState: Int8 = 0
            public var partitionEpoch: Int32 = 0

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("partitionIndex", &partitionIndex)
                try w.field("errorCode", &errorCode)
                try w.field("leaderId", &leaderId)
                try w.field("leaderEpoch", &leaderEpoch)
                try w.field("isr", &isr)
                try w.field("leaderRecoveryState", &leaderRecoveryState)
                try w.field("partitionEpoch", &partitionEpoch)
            }
        }
    }
}
