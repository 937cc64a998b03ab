/// FetchSnapshot request, API key 59, versions 0 to 1, flexible from 0.
public struct FetchSnapshotRequest: Request {
    public static let name = "FetchSnapshotRequest"
    public typealias Response = FetchSnapshotResponse
    public static let apiKey = APIKey.fetchSnapshot
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 0

    public var clusterId: String? = nil
    public var replicaId: Int32 = -1
    public var maxBytes: Int32 = 2147483647
    public var topics: [TopicSnapshot] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("replicaId", &replicaId)
        try w.field("maxBytes", &maxBytes)
        try w.field("topics", &topics)
        try w.tagged(0, isDefault: clusterId == nil) { (w) throws(WireError) in try w.field("clusterId", &clusterId) }
    }

    public struct TopicSnapshot: WireStruct {
        public var name: String = ""
        public var partitions: [PartitionSnapshot] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("partitions", &partitions)
        }

        public struct PartitionSnapshot: WireStruct {
            public var partition: Int32 = 0
            public var currentLeaderEpoch: Int32 = 0
            public var snapshotId: SnapshotId = SnapshotId()
            public var position: Int64 = 0
            public var replicaDirectoryId: Uuid = .zero

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                let v = w.version
                try w.field("partition", &partition)
                try w.field("currentLeaderEpoch", &currentLeaderEpoch)
                try w.field("snapshotId", &snapshotId)
                try w.field("position", &position)
                if v >= 1 {
                    try w.tagged(0, isDefault: replicaDirectoryId == .zero) { (w) throws(WireError) in try w.field("replicaDirectoryId", &replicaDirectoryId) }
                }
            }

            public struct SnapshotId: WireStruct {
                public var endOffset: Int64 = 0
                public var epoch: Int32 = 0

                public init() {}

                public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                    try w.field("endOffset", &endOffset)
                    try w.field("epoch", &epoch)
                }
            }
        }
    }
}

/// FetchSnapshot response, API key 59, versions 0 to 1, flexible from 0.
public struct FetchSnapshotResponse: ThrottledResponse {
    public static let name = "FetchSnapshotResponse"
    public static let apiKey = APIKey.fetchSnapshot
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var topics: [TopicSnapshot] = []
    public var nodeEndpoints: [NodeEndpoint] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("errorCode", &errorCode)
        try w.field("topics", &topics)
        if v >= 1 { try w.tagged(0, isDefault: nodeEndpoints.isEmpty) { (w) throws(WireError) in try w.field("nodeEndpoints", &nodeEndpoints) } }
    }

    public struct TopicSnapshot: WireStruct {
        public var name: String = ""
        public var partitions: [PartitionSnapshot] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("partitions", &partitions)
        }

        public struct PartitionSnapshot: WireStruct {
            public var index: Int32 = 0
            public var errorCode: ErrorCode = .none
            public var snapshotId: SnapshotId = SnapshotId()
            public var currentLeader: LeaderIdAndEpoch = LeaderIdAndEpoch()
            public var size: Int64 = 0
            public var position: Int64 = 0
            public var unalignedRecords: RecordData? = nil

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("index", &index)
                try w.field("errorCode", &errorCode)
                try w.field("snapshotId", &snapshotId)
                try w.field("size", &size)
                try w.field("position", &position)
                try w.field("unalignedRecords", &unalignedRecords)
                try w.tagged(0, isDefault: currentLeader == LeaderIdAndEpoch()) { (w) throws(WireError) in try w.field("currentLeader", &currentLeader) }
            }

            public struct SnapshotId: WireStruct {
                public var endOffset: Int64 = 0
                public var epoch: Int32 = 0

                public init() {}

                public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                    try w.field("endOffset", &endOffset)
                    try w.field("epoch", &epoch)
                }
            }

            public struct LeaderIdAndEpoch: WireStruct, Equatable {
                public var leaderId: Int32 = 0
                public var leaderEpoch: Int32 = 0

                public init() {}

                public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                    try w.field("leaderId", &leaderId)
                    try w.field("leaderEpoch", &leaderEpoch)
                }
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
