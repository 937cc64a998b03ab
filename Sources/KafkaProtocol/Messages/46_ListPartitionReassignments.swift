/// ListPartitionReassignments request, API key 46, version 0, flexible from 0.
public struct ListPartitionReassignmentsRequest: Request {
    public static let name = "ListPartitionReassignmentsRequest"
    public typealias Response = ListPartitionReassignmentsResponse
    public static let apiKey = APIKey.listPartitionReassignments
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var timeoutMs: Int32 = 60000
    public var topics: [ListPartitionReassignmentsTopics]? = nil

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("timeoutMs", &timeoutMs)
        try w.field("topics", &topics)
    }

    public struct ListPartitionReassignmentsTopics: WireStruct {
        public var name: String = ""
        public var partitionIndexes: [Int32] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("partitionIndexes", &partitionIndexes)
        }
    }
}

/// ListPartitionReassignments response, API key 46, version 0, flexible from 0.
public struct ListPartitionReassignmentsResponse: ThrottledResponse {
    public static let name = "ListPartitionReassignmentsResponse"
    public static let apiKey = APIKey.listPartitionReassignments
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var errorMessage: String? = ""
    public var topics: [OngoingTopicReassignment] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("errorCode", &errorCode)
        try w.field("errorMessage", &errorMessage)
        try w.field("topics", &topics)
    }

    public struct OngoingTopicReassignment: WireStruct {
        public var name: String = ""
        public var partitions: [OngoingPartitionReassignment] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("partitions", &partitions)
        }

        public struct OngoingPartitionReassignment: WireStruct {
            public var partitionIndex: Int32 = 0
            public var replicas: [Int32] = []
            public var addingReplicas: [Int32] = []
            public var removingReplicas: [Int32] = []

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("partitionIndex", &partitionIndex)
                try w.field("replicas", &replicas)
                try w.field("addingReplicas", &addingReplicas)
                try w.field("removingReplicas", &removingReplicas)
            }
        }
    }
}
