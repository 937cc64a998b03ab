/// ElectLeaders request, API key 43, versions 0 to 2, flexible from 2.
public struct ElectLeadersRequest: Request {
    public static let name = "ElectLeadersRequest"
    public typealias Response = ElectLeadersResponse
    public static let apiKey = APIKey.electLeaders
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleFrom: Int16 = 2

    public var electionType: Int8 = 0
    public var topicPartitions: [TopicPartitions]? = []
    public var timeoutMs: Int32 = 60000

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        if v >= 1 { try w.field("electionType", &electionType) }
        try w.field("topicPartitions", &topicPartitions)
        try w.field("timeoutMs", &timeoutMs)
    }

    public struct TopicPartitions: WireStruct {
        public var topic: String = ""
        public var partitions: [Int32] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topic", &topic)
            try w.field("partitions", &partitions)
        }
    }
}

/// ElectLeaders response, API key 43, versions 0 to 2, flexible from 2.
public struct ElectLeadersResponse: ThrottledResponse {
    public static let name = "ElectLeadersResponse"
    public static let apiKey = APIKey.electLeaders
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleFrom: Int16 = 2

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var replicaElectionResults: [ReplicaElectionResult] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("throttleTimeMs", &throttleTimeMs)
        if v >= 1 { try w.field("errorCode", &errorCode) }
        try w.field("replicaElectionResults", &replicaElectionResults)
    }

    public struct ReplicaElectionResult: WireStruct {
        public var topic: String = ""
        public var partitionResult: [PartitionResult] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topic", &topic)
            try w.field("partitionResult", &partitionResult)
        }

        public struct PartitionResult: WireStruct {
            public var partitionId: Int32 = 0
            public var errorCode: ErrorCode = .none
            public var errorMessage: String? = ""

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("partitionId", &partitionId)
                try w.field("errorCode", &errorCode)
                try w.field("errorMessage", &errorMessage)
            }
        }
    }
}
