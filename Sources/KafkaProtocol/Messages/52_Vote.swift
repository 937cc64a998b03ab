/// Vote request, API key 52, versions 0 to 2, flexible from 0.
public struct VoteRequest: Request {
    public static let name = "VoteRequest"
    public typealias Response = VoteResponse
    public static let apiKey = APIKey.vote
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleFrom: Int16 = 0

    public var clusterId: String? = nil
    public var voterId: Int32 = -1
    public var topics: [TopicData] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("clusterId", &clusterId)
        if v >= 1 { try w.field("voterId", &voterId) }
        try w.field("topics", &topics)
    }

    public struct TopicData: WireStruct {
        public var topicName: String = ""
        public var partitions: [PartitionData] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicName", &topicName)
            try w.field("partitions", &partitions)
        }

        public struct PartitionData: WireStruct {
            public var partitionIndex: Int32 = 0
            public var replicaEpoch: Int32 = 0
            public var replicaId: Int32 = 0
            public var replicaDirectoryId: Uuid = .zero
            public var voterDirectoryId: Uuid = .zero
            public var lastOffsetEpoch: Int32 = 0
            public var lastOffset: Int64 = 0
            public var preVote: Bool = false

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                let v = w.version
                try w.field("partitionIndex", &partitionIndex)
                try w.field("replicaEpoch", &replicaEpoch)
                try w.field("replicaId", &replicaId)
                if v >= 1 {
                    try w.field("replicaDirectoryId", &replicaDirectoryId)
                    try w.field("voterDirectoryId", &voterDirectoryId)
                }
                try w.field("lastOffsetEpoch", &lastOffsetEpoch)
                try w.field("lastOffset", &lastOffset)
                if v >= 2 { try w.field("preVote", &preVote) }
            }
        }
    }
}

/// Vote response, API key 52, versions 0 to 2, flexible from 0.
public struct VoteResponse: UnthrottledResponse {
    public static let name = "VoteResponse"
    public static let apiKey = APIKey.vote
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleFrom: Int16 = 0

    public var errorCode: ErrorCode = .none
    public var topics: [TopicData] = []
    public var nodeEndpoints: [NodeEndpoint] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("errorCode", &errorCode)
        try w.field("topics", &topics)
        if v >= 1 { try w.tagged(0, isDefault: nodeEndpoints.isEmpty) { (w) throws(WireError) in try w.field("nodeEndpoints", &nodeEndpoints) } }
    }

    public struct TopicData: WireStruct {
        public var topicName: String = ""
        public var partitions: [PartitionData] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicName", &topicName)
            try w.field("partitions", &partitions)
        }

        public struct PartitionData: WireStruct {
            public var partitionIndex: Int32 = 0
            public var errorCode: ErrorCode = .none
            public var leaderId: Int32 = 0
            public var leaderEpoch: Int32 = 0
            public var voteGranted: Bool = false

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("partitionIndex", &partitionIndex)
                try w.field("errorCode", &errorCode)
                try w.field("leaderId", &leaderId)
                try w.field("leaderEpoch", &leaderEpoch)
                try w.field("voteGranted", &voteGranted)
            }
        }
    }

    public struct NodeEndpoint: WireStruct {
        public var nodeId: Int32 = 0
        public var host: String = ""
        public var port: UInt16 = 0

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("nodeId", &nodeId)
            try w.field("host", &host)
            try w.field("port", &port)
        }
    }
}
