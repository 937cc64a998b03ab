/// DescribeQuorum request, API key 55, versions 0 to 2, flexible from 0.
public struct DescribeQuorumRequest: Request {
    public static let name = "DescribeQuorumRequest"
    public typealias Response = DescribeQuorumResponse
    public static let apiKey = APIKey.describeQuorum
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleFrom: Int16 = 0

    public var topics: [TopicData] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
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

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("partitionIndex", &partitionIndex)
            }
        }
    }
}

/// DescribeQuorum response, API key 55, versions 0 to 2, flexible from 0.
public struct DescribeQuorumResponse: UnthrottledResponse {
    public static let name = "DescribeQuorumResponse"
    public static let apiKey = APIKey.describeQuorum
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleFrom: Int16 = 0

    public var errorCode: ErrorCode = .none
    public var errorMessage: String? = ""
    public var topics: [TopicData] = []
    public var nodes: [Node] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("errorCode", &errorCode)
        if v >= 2 { try w.field("errorMessage", &errorMessage) }
        try w.field("topics", &topics)
        if v >= 2 { try w.field("nodes", &nodes) }
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
            public var errorMessage: String? = ""
            public var leaderId: Int32 = 0
            public var leaderEpoch: Int32 = 0
            public var highWatermark: Int64 = 0
            public var currentVoters: [ReplicaState] = []
            public var observers: [ReplicaState] = []

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                let v = w.version
                try w.field("partitionIndex", &partitionIndex)
                try w.field("errorCode", &errorCode)
                if v >= 2 { try w.field("errorMessage", &errorMessage) }
                try w.field("leaderId", &leaderId)
                try w.field("leaderEpoch", &leaderEpoch)
                try w.field("highWatermark", &highWatermark)
                try w.field("currentVoters", &currentVoters)
                try w.field("observers", &observers)
            }
        }
    }

    public struct Node: WireStruct {
        public var nodeId: Int32 = 0
        public var listeners: [Listener] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("nodeId", &nodeId)
            try w.field("listeners", &listeners)
        }

        public struct Listener: WireStruct {
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

    public struct ReplicaState: WireStruct {
        public var replicaId: Int32 = 0
        public var replicaDirectoryId: Uuid = .zero
        public var logEndOffset: Int64 = 0
        public var lastFetchTimestamp: Int64 = -1
        public var lastCaughtUpTimestamp: Int64 = -1

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            let v = w.version
            try w.field("replicaId", &replicaId)
            if v >= 2 { try w.field("replicaDirectoryId", &replicaDirectoryId) }
            try w.field("logEndOffset", &logEndOffset)
            if v >= 1 {
                try w.field("lastFetchTimestamp", &lastFetchTimestamp)
                try w.field("lastCaughtUpTimestamp", &lastCaughtUpTimestamp)
            }
        }
    }
}
