/// CreateTopics request, API key 19, versions 2 to 7, flexible from 5.
public struct CreateTopicsRequest: Request {
    public static let name = "CreateTopicsRequest"
    public typealias Response = CreateTopicsResponse
    public static let apiKey = APIKey.createTopics
    public static let versions: ClosedRange<Int16> = 2...7
    public static let flexibleFrom: Int16 = 5

    public var topics: [CreatableTopic] = []
    public var timeoutMs: Int32 = 60000
    public var validateOnly: Bool = false

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("topics", &topics)
        try w.field("timeoutMs", &timeoutMs)
        try w.field("validateOnly", &validateOnly)
    }

    public struct CreatableTopic: WireStruct {
        public var name: String = ""
        public var numPartitions: Int32 = 0
        public var replicationFactor: Int16 = 0
        public var assignments: [CreatableReplicaAssignment] = []
        public var configs: [CreatableTopicConfig] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("numPartitions", &numPartitions)
            try w.field("replicationFactor", &replicationFactor)
            try w.field("assignments", &assignments)
            try w.field("configs", &configs)
        }

        public struct CreatableReplicaAssignment: WireStruct {
            public var partitionIndex: Int32 = 0
            public var brokerIds: [Int32] = []

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("partitionIndex", &partitionIndex)
                try w.field("brokerIds", &brokerIds)
            }
        }

        public struct CreatableTopicConfig: WireStruct {
            public var name: String = ""
            public var value: String? = ""

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("name", &name)
                try w.field("value", &value)
            }
        }
    }
}

/// CreateTopics response, API key 19, versions 2 to 7, flexible from 5.
public struct CreateTopicsResponse: ThrottledResponse {
    public static let name = "CreateTopicsResponse"
    public static let apiKey = APIKey.createTopics
    public static let versions: ClosedRange<Int16> = 2...7
    public static let flexibleFrom: Int16 = 5

    public var throttleTimeMs: Int32 = 0
    public var topics: [CreatableTopicResult] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("topics", &topics)
    }

    public struct CreatableTopicResult: WireStruct {
        public var name: String = ""
        public var topicId: Uuid = .zero
        public var errorCode: ErrorCode = .none
        public var errorMessage: String? = ""
        public var topicConfigErrorCode: ErrorCode = .none
        public var numPartitions: Int32 = -1
        public var replicationFactor: Int16 = -1
        public var configs: [CreatableTopicConfigs]? = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            let v = w.version
            try w.field("name", &name)
            if v >= 7 { try w.field("topicId", &topicId) }
            try w.field("errorCode", &errorCode)
            try w.field("errorMessage", &errorMessage)
            if v >= 5 {
                try w.field("numPartitions", &numPartitions)
                try w.field("replicationFactor", &replicationFactor)
                try w.field("configs", &configs)
            }
            try w.tagged(0, isDefault: topicConfigErrorCode == .none) { (w) throws(WireError) in try w.field("topicConfigErrorCode", &topicConfigErrorCode) }
        }

        public struct CreatableTopicConfigs: WireStruct {
            public var name: String = ""
            public var value: String? = ""
            public var readOnly: Bool = false
            public var configSource: Int8 = -1
            public var isSensitive: Bool = false

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("name", &name)
                try w.field("value", &value)
                try w.field("readOnly", &readOnly)
                try w.field("configSource", &configSource)
                try w.field("isSensitive", &isSensitive)
            }
        }
    }
}
