/// DescribeTopicPartitions request, API key 75, version 0, flexible from 0.
public struct DescribeTopicPartitionsRequest: Request {
    public static let name = "DescribeTopicPartitionsRequest"
    public typealias Response = DescribeTopicPartitionsResponse
    public static let apiKey = APIKey.describeTopicPartitions
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var topics: [TopicRequest] = []
    public var responsePartitionLimit: Int32 = 2000
    public var cursor: Cursor? = nil

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("topics", &topics)
        try w.field("responsePartitionLimit", &responsePartitionLimit)
        try w.field("cursor", &cursor)
    }

    public struct TopicRequest: WireStruct {
        public var name: String = ""

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
        }
    }

    public struct Cursor: WireStruct {
        public var topicName: String = ""
        public var partitionIndex: Int32 = 0

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicName", &topicName)
            try w.field("partitionIndex", &partitionIndex)
        }
    }
}

/// DescribeTopicPartitions response, API key 75, version 0, flexible from 0.
public struct DescribeTopicPartitionsResponse: ThrottledResponse {
    public static let name = "DescribeTopicPartitionsResponse"
    public static let apiKey = APIKey.describeTopicPartitions
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var topics: [DescribeTopicPartitionsResponseTopic] = []
    public var nextCursor: Cursor? = nil

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("topics", &topics)
        try w.field("nextCursor", &nextCursor)
    }

    public struct DescribeTopicPartitionsResponseTopic: WireStruct {
        public var errorCode: ErrorCode = .none
        public var name: String? = ""
        public var topicId: Uuid = .zero
        public var isInternal: Bool = false
        public var partitions: [DescribeTopicPartitionsResponsePartition] = []
        public var topicAuthorizedOperations: Int32 = -2147483648

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("errorCode", &errorCode)
            try w.field("name", &name)
            try w.field("topicId", &topicId)
            try w.field("isInternal", &isInternal)
            try w.field("partitions", &partitions)
            try w.field("topicAuthorizedOperations", &topicAuthorizedOperations)
        }

        public struct DescribeTopicPartitionsResponsePartition: WireStruct {
            public var errorCode: ErrorCode = .none
            public var partitionIndex: Int32 = 0
            public var leaderId: Int32 = 0
            public var leaderEpoch: Int32 = -1
            public var replicaNodes: [Int32] = []
            public var isrNodes: [Int32] = []
            public var eligibleLeaderReplicas: [Int32]? = nil
            public var lastKnownElr: [Int32]? = nil
            public var offlineReplicas: [Int32] = []

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("errorCode", &errorCode)
                try w.field("partitionIndex", &partitionIndex)
                try w.field("leaderId", &leaderId)
                try w.field("leaderEpoch", &leaderEpoch)
                try w.field("replicaNodes", &replicaNodes)
                try w.field("isrNodes", &isrNodes)
                try w.field("eligibleLeaderReplicas", &eligibleLeaderReplicas)
                try w.field("lastKnownElr", &lastKnownElr)
                try w.field("offlineReplicas", &offlineReplicas)
            }
        }
    }

    public struct Cursor: WireStruct {
        public var topicName: String = ""
        public var partitionIndex: Int32 = 0

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicName", &topicName)
            try w.field("partitionIndex", &partitionIndex)
        }
    }
}
