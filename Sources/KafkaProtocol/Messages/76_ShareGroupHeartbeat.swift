/// ShareGroupHeartbeat request, API key 76, version 1, flexible from 0.
public struct ShareGroupHeartbeatRequest: Request {
    public static let name = "ShareGroupHeartbeatRequest"
    public typealias Response = ShareGroupHeartbeatResponse
    public static let apiKey = APIKey.shareGroupHeartbeat
    public static let versions: ClosedRange<Int16> = 1...1
    public static let flexibleFrom: Int16 = 0

    public var groupId: String = ""
    public var memberId: String = ""
    public var memberEpoch: Int32 = 0
    public var rackId: String? = nil
    public var subscribedTopicNames: [String]? = nil

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("groupId", &groupId)
        try w.field("memberId", &memberId)
        try w.field("memberEpoch", &memberEpoch)
        try w.field("rackId", &rackId)
        try w.field("subscribedTopicNames", &subscribedTopicNames)
    }
}

/// ShareGroupHeartbeat response, API key 76, version 1, flexible from 0.
public struct ShareGroupHeartbeatResponse: ThrottledResponse {
    public static let name = "ShareGroupHeartbeatResponse"
    public static let apiKey = APIKey.shareGroupHeartbeat
    public static let versions: ClosedRange<Int16> = 1...1
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
