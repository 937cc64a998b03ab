/// ConsumerGroupDescribe request, API key 69, versions 0 to 1, flexible from 0.
public struct ConsumerGroupDescribeRequest: Request {
    public static let name = "ConsumerGroupDescribeRequest"
    public typealias Response = ConsumerGroupDescribeResponse
    public static let apiKey = APIKey.consumerGroupDescribe
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 0

    public var groupIds: [String] = []
    public var includeAuthorizedOperations: Bool = false

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("groupIds", &groupIds)
        try w.field("includeAuthorizedOperations", &includeAuthorizedOperations)
    }
}

/// ConsumerGroupDescribe response, API key 69, versions 0 to 1, flexible from 0.
public struct ConsumerGroupDescribeResponse: ThrottledResponse {
    public static let name = "ConsumerGroupDescribeResponse"
    public static let apiKey = APIKey.consumerGroupDescribe
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var groups: [DescribedGroup] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("groups", &groups)
    }

    public struct DescribedGroup: WireStruct {
        public var errorCode: ErrorCode = .none
        public var errorMessage: String? = nil
        public var groupId: String = ""
        public var groupState: String = ""
        public var groupEpoch: Int32 = 0
        public var assignmentEpoch: Int32 = 0
        public var assignorName: String = ""
        public var members: [Member] = []
        public var authorizedOperations: Int32 = -2147483648

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("errorCode", &errorCode)
            try w.field("errorMessage", &errorMessage)
            try w.field("groupId", &groupId)
            try w.field("groupState", &groupState)
            try w.field("groupEpoch", &groupEpoch)
            try w.field("assignmentEpoch", &assignmentEpoch)
            try w.field("assignorName", &assignorName)
            try w.field("members", &members)
            try w.field("authorizedOperations", &authorizedOperations)
        }

        public struct Member: WireStruct {
            public var memberId: String = ""
            public var instanceId: String? = nil
            public var rackId: String? = nil
            public var memberEpoch: Int32 = 0
            public var clientId: String = ""
            public var clientHost: String = ""
            public var subscribedTopicNames: [String] = []
            public var subscribedTopicRegex: String? = nil
            public var assignment: Assignment = Assignment()
            public var targetAssignment: Assignment = Assignment()
            public var memberType: Int8 = -1

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                let v = w.version
                try w.field("memberId", &memberId)
                try w.field("instanceId", &instanceId)
                try w.field("rackId", &rackId)
                try w.field("memberEpoch", &memberEpoch)
                try w.field("clientId", &clientId)
                try w.field("clientHost", &clientHost)
                try w.field("subscribedTopicNames", &subscribedTopicNames)
                try w.field("subscribedTopicRegex", &subscribedTopicRegex)
                try w.field("assignment", &assignment)
                try w.field("targetAssignment", &targetAssignment)
                if v >= 1 { try w.field("memberType", &memberType) }
            }
        }
    }

    public struct TopicPartitions: WireStruct {
        public var topicId: Uuid = .zero
        public var topicName: String = ""
        public var partitions: [Int32] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicId", &topicId)
            try w.field("topicName", &topicName)
            try w.field("partitions", &partitions)
        }
    }

    public struct Assignment: WireStruct {
        public var topicPartitions: [TopicPartitions] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicPartitions", &topicPartitions)
        }
    }
}
