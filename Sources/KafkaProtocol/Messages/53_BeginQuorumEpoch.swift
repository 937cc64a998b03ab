/// BeginQuorumEpoch request, API key 53, versions 0 to 1, flexible from 1.
public struct BeginQuorumEpochRequest: Request {
    public static let name = "BeginQuorumEpochRequest"
    public typealias Response = BeginQuorumEpochResponse
    public static let apiKey = APIKey.beginQuorumEpoch
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 1

    public var clusterId: String? = nil
    public var voterId: Int32 = -1
    public var topics: [TopicData] = []
    public var leaderEndpoints: [LeaderEndpoint] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("clusterId", &clusterId)
        if v >= 1 { try w.field("voterId", &voterId) }
        try w.field("topics", &topics)
        if v >= 1 { try w.field("leaderEndpoints", &leaderEndpoints) }
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
            public var voterDirectoryId: Uuid = .zero
            public var leaderId: Int32 = 0
            public var leaderEpoch: Int32 = 0

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                let v = w.version
                try w.field("partitionIndex", &partitionIndex)
                if v >= 1 { try w.field("voterDirectoryId", &voterDirectoryId) }
                try w.field("leaderId", &leaderId)
                try w.field("leaderEpoch", &leaderEpoch)
            }
        }
    }

    public struct LeaderEndpoint: WireStruct {
        public var name: String = ""
        public var host: String = ""
        public var port: UInt16 = 0

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("host", &host)
            try w.field("port", &port)
        }
    }
}

/// BeginQuorumEpoch response, API key 53, versions 0 to 1, flexible from 1.
public struct BeginQuorumEpochResponse: UnthrottledResponse {
    public static let name = "BeginQuorumEpochResponse"
    public static let apiKey = APIKey.beginQuorumEpoch
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 1

    public var errorCode: ErrorCode = .none
    public var topics: [TopicData] = []
    public var nodeEndpoints: [NodeEndpoint] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("errorCode", &errorCode)
        try w.field("topics", &topics)
        try w.tagged(0, isDefault: nodeEndpoints.isEmpty) { (w) throws(WireError) in try w.field("nodeEndpoints", &nodeEndpoints) }
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

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("partitionIndex", &partitionIndex)
                try w.field("errorCode", &errorCode)
                try w.field("leaderId", &leaderId)
                try w.field("leaderEpoch", &leaderEpoch)
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
