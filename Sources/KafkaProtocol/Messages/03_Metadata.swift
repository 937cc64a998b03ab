/// Metadata request, API key 3, versions 0 to 13, flexible from 9.
public struct MetadataRequest: Request {
    public static let name = "MetadataRequest"
    public typealias Response = MetadataResponse
    public static let apiKey = APIKey.metadata
    public static let versions: ClosedRange<Int16> = 0...13
    public static let flexibleFrom: Int16 = 9

    public var topics: [MetadataRequestTopic]? = []
    public var allowAutoTopicCreation: Bool = true
    public var includeClusterAuthorizedOperations: Bool = false
    public var includeTopicAuthorizedOperations: Bool = false

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("topics", &topics, nullable: v >= 1)
        if v >= 4 { try w.field("allowAutoTopicCreation", &allowAutoTopicCreation) }
        if v >= 8 && v <= 10 { try w.field("includeClusterAuthorizedOperations", &includeClusterAuthorizedOperations) }
        if v >= 8 { try w.field("includeTopicAuthorizedOperations", &includeTopicAuthorizedOperations) }
    }

    public struct MetadataRequestTopic: WireStruct {
        public var topicId: Uuid = .zero
        public var name: String? = ""

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            let v = w.version
            if v >= 10 { try w.field("topicId", &topicId) }
            try w.field("name", &name, nullable: v >= 10)
        }
    }
}

/// Metadata response, API key 3, versions 0 to 13, flexible from 9.
public struct MetadataResponse: ThrottledResponse {
    public static let name = "MetadataResponse"
    public static let apiKey = APIKey.metadata
    public static let versions: ClosedRange<Int16> = 0...13
    public static let flexibleFrom: Int16 = 9

    public var throttleTimeMs: Int32 = 0
    public var brokers: [MetadataResponseBroker] = []
    public var clusterId: String? = nil
    public var controllerId: Int32 = -1
    public var topics: [MetadataResponseTopic] = []
    public var clusterAuthorizedOperations: Int32 = -2147483648
    public var errorCode: ErrorCode = .none

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        if v >= 3 { try w.field("throttleTimeMs", &throttleTimeMs) }
        try w.field("brokers", &brokers)
        if v >= 2 { try w.field("clusterId", &clusterId) }
        if v >= 1 { try w.field("controllerId", &controllerId) }
        try w.field("topics", &topics)
        if v >= 8 && v <= 10 { try w.field("clusterAuthorizedOperations", &clusterAuthorizedOperations) }
        if v >= 13 { try w.field("errorCode", &errorCode) }
    }

    public struct MetadataResponseBroker: WireStruct {
        public var nodeId: Int32 = 0
        public var host: String = ""
        public var port: Int32 = 0
        public var rack: String? = nil

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            let v = w.version
            try w.field("nodeId", &nodeId)
            try w.field("host", &host)
            try w.field("port", &port)
            if v >= 1 { try w.field("rack", &rack) }
        }
    }

    public struct MetadataResponseTopic: WireStruct {
        public var errorCode: ErrorCode = .none
        public var name: String? = ""
        public var topicId: Uuid = .zero
        public var isInternal: Bool = false
        public var partitions: [MetadataResponsePartition] = []
        public var topicAuthorizedOperations: Int32 = -2147483648

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            let v = w.version
            try w.field("errorCode", &errorCode)
            try w.field("name", &name, nullable: v >= 12)
            if v >= 10 { try w.field("topicId", &topicId) }
            if v >= 1 { try w.field("isInternal", &isInternal) }
            try w.field("partitions", &partitions)
            if v >= 8 { try w.field("topicAuthorizedOperations", &topicAuthorizedOperations) }
        }

        public struct MetadataResponsePartition: WireStruct {
            public var errorCode: ErrorCode = .none
            public var partitionIndex: Int32 = 0
            public var leaderId: Int32 = 0
            public var leaderEpoch: Int32 = -1
            public var replicaNodes: [Int32] = []
            public var isrNodes: [Int32] = []
            public var offlineReplicas: [Int32] = []

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                let v = w.version
                try w.field("errorCode", &errorCode)
                try w.field("partitionIndex", &partitionIndex)
                try w.field("leaderId", &leaderId)
                if v >= 7 { try w.field("leaderEpoch", &leaderEpoch) }
                try w.field("replicaNodes", &replicaNodes)
                try w.field("isrNodes", &isrNodes)
                if v >= 5 { try w.field("offlineReplicas", &offlineReplicas) }
            }
        }
    }
}
