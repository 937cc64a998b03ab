/// AlterPartitionReassignments request, API key 45, versions 0 to 1, flexible from 0.
public struct AlterPartitionReassignmentsRequest: Request {
    public static let name = "AlterPartitionReassignmentsRequest"
    public typealias Response = AlterPartitionReassignmentsResponse
    public static let apiKey = APIKey.alterPartitionReassignments
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 0

    public var timeoutMs: Int32 = 60000
    public var allowReplicationFactorChange: Bool = true
    public var topics: [ReassignableTopic] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("timeoutMs", &timeoutMs)
        if v >= 1 { try w.field("allowReplicationFactorChange", &allowReplicationFactorChange) }
        try w.field("topics", &topics)
    }

    public struct ReassignableTopic: WireStruct {
        public var name: String = ""
        public var partitions: [ReassignablePartition] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("partitions", &partitions)
        }

        public struct ReassignablePartition: WireStruct {
            public var partitionIndex: Int32 = 0
            public var replicas: [Int32]? = nil

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("partitionIndex", &partitionIndex)
                try w.field("replicas", &replicas)
            }
        }
    }
}

/// AlterPartitionReassignments response, API key 45, versions 0 to 1, flexible from 0.
public struct AlterPartitionReassignmentsResponse: ThrottledResponse {
    public static let name = "AlterPartitionReassignmentsResponse"
    public static let apiKey = APIKey.alterPartitionReassignments
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var allowReplicationFactorChange: Bool = true
    public var errorCode: ErrorCode = .none
    public var errorMessage: String? = ""
    public var responses: [ReassignableTopicResponse] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("throttleTimeMs", &throttleTimeMs)
        if v >= 1 { try w.field("allowReplicationFactorChange", &allowReplicationFactorChange) }
        try w.field("errorCode", &errorCode)
        try w.field("errorMessage", &errorMessage)
        try w.field("responses", &responses)
    }

    public struct ReassignableTopicResponse: WireStruct {
        public var name: String = ""
        public var partitions: [ReassignablePartitionResponse] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("partitions", &partitions)
        }

        public struct ReassignablePartitionResponse: WireStruct {
            public var partitionIndex: Int32 = 0
            public var errorCode: ErrorCode = .none
            public var errorMessage: String? = ""

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("partitionIndex", &partitionIndex)
                try w.field("errorCode", &errorCode)
                try w.field("errorMessage", &errorMessage)
            }
        }
    }
}
