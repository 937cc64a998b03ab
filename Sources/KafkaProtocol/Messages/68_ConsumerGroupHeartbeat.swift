/// ConsumerGroupHeartbeat request, API key 68, versions 0 to 1, flexible from 0.
public struct ConsumerGroupHeartbeatRequest: Request {
    public static let name = "ConsumerGroupHeartbeatRequest"
    public typealias Response = ConsumerGroupHeartbeatResponse
    public static let apiKey = APIKey.consumerGroupHeartbeat
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 0

    public var groupId: String = ""
    public var memberId: String = ""
    public var memberEpoch: Int32 = 0
    public var instanceId: String? = nil
    public var rackId: String? = nil
    public var rebalanceTimeoutMs: Int32 = -1
    public var subscribedTopicNames: [String]? = nil
    public var subscribedTopicRegex: String? = nil
    public var serverAssignor: String? = nil
    public var topicPartitions: [TopicPartitions]? = nil

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("groupId", &groupId)
        try w.field("memberId", &memberId)
        try w.field("memberEpoch", &memberEpoch)
        try w.field("instanceId", &instanceId)
        try w.field("rackId", &rackId)
        try w.field("rebalanceTimeoutMs", &rebalanceTimeoutMs)
        try w.field("subscribedTopicNames", &subscribedTopicNames)
        if v >= 1 { try w.field("subscribedTopicRegex", &subscribedTopicRegex) }
        try w.field("serverAssignor", &serverAssignor)
        try w.field("topicPartitions", &topicPartitions)
    }

    public struct TopicPartitions: WireStruct {
        public var topicId: Uuid = .zero
        public var partitions: [Int32] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicId", &topicId)
            try w.field("partitions", &partitions)
        }
    }
}

/// ConsumerGroupHeartbeat response, API key 68, versions 0 to 1, flexible from 0.
public struct ConsumerGroupHeartbeatResponse: ThrottledResponse {
    public static let name = "ConsumerGroupHeartbeatResponse"
    public static let apiKey = APIKey.consumerGroupHeartbeat
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var errorMessage: String? = nil
    public var memberId: String? = nil
    public var memberEpoch: Int32 = 0
    public var heartbeatIntervalMs: Int32 = 0
    public var assignment: Assignment? = nil

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("errorCode", &errorCode)
        try w.field("errorMessage", &errorMessage)
        try w.field("memberId", &memberId)
        try w.field("memberEpoch", &memberEpoch)
        try w.field("heartbeatIntervalMs", &heartbeatIntervalMs)
        try w.field("assignment", &assignment)
    }

    public struct Assignment: WireStruct {
        public var topicPartitions: [TopicPartitions] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicPartitions", &topicPartitions)
        }
    }

    public struct TopicPartitions: WireStruct {
        public var topicId: Uuid = .zero
        public var partitions: [Int32] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicId", &topicId)
            try w.field("partitions", &partitions)
        }
    }
}
