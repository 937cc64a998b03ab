/// Fetch request, API key 1, versions 4 to 18, flexible from 12.
public struct FetchRequest: Request {
    public static let name = "FetchRequest"
    public typealias Response = FetchResponse
    public static let apiKey = APIKey.fetch
    public static let versions: ClosedRange<Int16> = 4...18
    public static let flexibleFrom: Int16 = 12

    public var clusterId: String? = nil
    public var replicaId: Int32 = -1
    public var replicaState: ReplicaState = ReplicaState()
    public var maxWaitMs: Int32 = 0
    public var minBytes: Int32 = 0
    public var maxBytes: Int32 = 2147483647
    public var isolationLevel: Int8 = 0
    public var sessionId: Int32 = 0
    public var sessionEpoch: Int32 = -1
    public var topics: [FetchTopic] = []
    public var forgottenTopicsData: [ForgottenTopic] = []
    public var rackId: String = ""

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        if v <= 14 { try w.field("replicaId", &replicaId) }
        try w.field("maxWaitMs", &maxWaitMs)
        try w.field("minBytes", &minBytes)
        try w.field("maxBytes", &maxBytes)
        try w.field("isolationLevel", &isolationLevel)
        if v >= 7 {
            try w.field("sessionId", &sessionId)
            try w.field("sessionEpoch", &sessionEpoch)
        }
        try w.field("topics", &topics)
        if v >= 7 { try w.field("forgottenTopicsData", &forgottenTopicsData) }
        if v >= 11 { try w.field("rackId", &rackId) }
        try w.tagged(0, isDefault: clusterId == nil) { (w) throws(WireError) in try w.field("clusterId", &clusterId) }
        if v >= 15 { try w.tagged(1, isDefault: replicaState == ReplicaState()) { (w) throws(WireError) in try w.field("replicaState", &replicaState) } }
    }

    public struct ReplicaState: WireStruct, Equatable {
        public var replicaId: Int32 = -1
        public var replicaEpoch: Int64 = -1

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("replicaId", &replicaId)
            try w.field("replicaEpoch", &replicaEpoch)
        }
    }

    public struct FetchTopic: WireStruct {
        public var topic: String = ""
        public var topicId: Uuid = .zero
        public var partitions: [FetchPartition] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            let v = w.version
            if v <= 12 { try w.field("topic", &topic) }
            if v >= 13 { try w.field("topicId", &topicId) }
            try w.field("partitions", &partitions)
        }

        public struct FetchPartition: WireStruct {
            public var partition: Int32 = 0
            public var currentLeaderEpoch: Int32 = -1
            public var fetchOffset: Int64 = 0
            public var lastFetchedEpoch: Int32 = -1
            public var logStartOffset: Int64 = -1
            public var partitionMaxBytes: Int32 = 0
            public var replicaDirectoryId: Uuid = .zero
            public var highWatermark: Int64 = 9223372036854775807

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                let v = w.version
                try w.field("partition", &partition)
                if v >= 9 { try w.field("currentLeaderEpoch", &currentLeaderEpoch) }
                try w.field("fetchOffset", &fetchOffset)
                if v >= 12 { try w.field("lastFetchedEpoch", &lastFetchedEpoch) }
                if v >= 5 { try w.field("logStartOffset", &logStartOffset) }
                try w.field("partitionMaxBytes", &partitionMaxBytes)
                if v >= 17 {
                    try w.tagged(0, isDefault: replicaDirectoryId == .zero) { (w) throws(WireError) in try w.field("replicaDirectoryId", &replicaDirectoryId) }
                }
                if v >= 18 {
                    try w.tagged(1, isDefault: highWatermark == 9223372036854775807) { (w) throws(WireError) in try w.field("highWatermark", &highWatermark) }
                }
            }
        }
    }

    public struct ForgottenTopic: WireStruct {
        public var topic: String = ""
        public var topicId: Uuid = .zero
        public var partitions: [Int32] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            let v = w.version
            if v <= 12 { try w.field("topic", &topic) }
            if v >= 13 { try w.field("topicId", &topicId) }
            try w.field("partitions", &partitions)
        }
    }
}

/// Fetch response, API key 1, versions 4 to 18, flexible from 12.
public struct FetchResponse: ThrottledResponse {
    public static let name = "FetchResponse"
    public static let apiKey = APIKey.fetch
    public static let versions: ClosedRange<Int16> = 4...18
    public static let flexibleFrom: Int16 = 12

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var sessionId: Int32 = 0
    public var responses: [FetchableTopicResponse] = []
    public var nodeEndpoints: [NodeEndpoint] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("throttleTimeMs", &throttleTimeMs)
        if v >= 7 {
            try w.field("errorCode", &errorCode)
            try w.field("sessionId", &sessionId)
        }
        try w.field("responses", &responses)
        if v >= 16 { try w.tagged(0, isDefault: nodeEndpoints.isEmpty) { (w) throws(WireError) in try w.field("nodeEndpoints", &nodeEndpoints) } }
    }

    public struct FetchableTopicResponse: WireStruct {
        public var topic: String = ""
        public var topicId: Uuid = .zero
        public var partitions: [PartitionData] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            let v = w.version
            if v <= 12 { try w.field("topic", &topic) }
            if v >= 13 { try w.field("topicId", &topicId) }
            try w.field("partitions", &partitions)
        }

        public struct PartitionData: WireStruct {
            public var partitionIndex: Int32 = 0
            public var errorCode: ErrorCode = .none
            public var highWatermark: Int64 = 0
            public var lastStableOffset: Int64 = -1
            public var logStartOffset: Int64 = -1
            public var divergingEpoch: EpochEndOffset = EpochEndOffset()
            public var currentLeader: LeaderIdAndEpoch = LeaderIdAndEpoch()
            public var snapshotId: SnapshotId = SnapshotId()
            public var abortedTransactions: [AbortedTransaction]? = []
            public var preferredReadReplica: Int32 = -1
            public var records: RecordData? = nil

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                let v = w.version
                try w.field("partitionIndex", &partitionIndex)
                try w.field("errorCode", &errorCode)
                try w.field("highWatermark", &highWatermark)
                try w.field("lastStableOffset", &lastStableOffset)
                if v >= 5 { try w.field("logStartOffset", &logStartOffset) }
                try w.field("abortedTransactions", &abortedTransactions)
                if v >= 11 { try w.field("preferredReadReplica", &preferredReadReplica) }
                try w.field("records", &records)
                try w.tagged(0, isDefault: divergingEpoch == EpochEndOffset()) { (w) throws(WireError) in try w.field("divergingEpoch", &divergingEpoch) }
                try w.tagged(1, isDefault: currentLeader == LeaderIdAndEpoch()) { (w) throws(WireError) in try w.field("currentLeader", &currentLeader) }
                try w.tagged(2, isDefault: snapshotId == SnapshotId()) { (w) throws(WireError) in try w.field("snapshotId", &snapshotId) }
            }

            public struct EpochEndOffset: WireStruct, Equatable {
                public var epoch: Int32 = -1
                public var endOffset: Int64 = -1

                public init() {}

                public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                    try w.field("epoch", &epoch)
                    try w.field("endOffset", &endOffset)
                }
            }

            public struct LeaderIdAndEpoch: WireStruct, Equatable {
                public var leaderId: Int32 = -1
                public var leaderEpoch: Int32 = -1

                public init() {}

                public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                    try w.field("leaderId", &leaderId)
                    try w.field("leaderEpoch", &leaderEpoch)
                }
            }

            public struct SnapshotId: WireStruct, Equatable {
                public var endOffset: Int64 = -1
                public var epoch: Int32 = -1

                public init() {}

                public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                    try w.field("endOffset", &endOffset)
                    try w.field("epoch", &epoch)
                }
            }

            public struct AbortedTransaction: WireStruct {
                public var producerId: Int64 = 0
                public var firstOffset: Int64 = 0

                public init() {}

                public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                    try w.field("producerId", &producerId)
                    try w.field("firstOffset", &firstOffset)
                }
            }
        }
    }

    public struct NodeEndpoint: WireStruct {
        public var nodeId: Int32 = 0
        public var host: String = ""
        public var port: Int32 = 0
        public var rack: String? = nil

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("nodeId", &nodeId)
            try w.field("host", &host)
            try w.field("port", &port)
            try w.field("rack", &rack)
        }
    }
}
