/// EndQuorumEpoch request, API key 54, versions 0 to 1, flexible from 1.
public struct EndQuorumEpochRequest: Request {
    public static let name = "EndQuorumEpochRequest"
    public typealias Response = EndQuorumEpochResponse
    public static let apiKey = APIKey.endQuorumEpoch
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 1

    public var clusterId: String? = nil
    public var topics: [TopicData] = []
    public var leaderEndpoints: [LeaderEndpoint] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("clusterId", &clusterId)
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
            public var leaderId: Int32 = 0
            public var leaderEpoch: Int32 = 0
            public var preferredSuccessors: [Int32] = []
            public var preferredCandidates: [ReplicaInfo] = []

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                let v = w.version
                try w.field("partitionIndex", &partitionIndex)
                try w.field("leaderId", &leaderId)
                try w.field("leaderEpoch", &leaderEpoch)
                if v <= 0 { try w.field("preferredSuccessors", &preferredSuccessors) }
                if v >= 1 { try w.field("preferredCandidates", &preferredCandidates) }
            }

            public struct ReplicaInfo: WireStruct {
                public var candidateId: Int32 = 0
                public var candidateDirectoryId: Uuid = .zero

                public init() {}

                public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                    try w.field("candidateId", &candidateId)
                    try w.field("candidateDirectoryId", &candidateDirectoryId)
                }
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

/// EndQuorumEpoch response, API key 54, versions 0 to 1, flexible from 1.
public struct EndQuorumEpochResponse: UnthrottledResponse {
    public static let name = "EndQuorumEpochResponse"
    public static let apiKey = APIKey.endQuorumEpoch
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
