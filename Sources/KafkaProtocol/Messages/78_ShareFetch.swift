/// ShareFetch request, API key 78, versions 1 to 2, flexible from 0.
public struct ShareFetchRequest: Request {
    public static let name = "ShareFetchRequest"
    public typealias Response = ShareFetchResponse
    public static let apiKey = APIKey.shareFetch
    public static let versions: ClosedRange<Int16> = 1...2
    public static let flexibleFrom: Int16 = 0

    public var groupId: String? = nil
    public var memberId: String? = ""
    public var shareSessionEpoch: Int32 = 0
    public var maxWaitMs: Int32 = 0
    public var minBytes: Int32 = 0
    public var maxBytes: Int32 = 2147483647
    public var maxRecords: Int32 = 0
    public var batchSize: Int32 = 0
    public var shareAcquireMode: Int8 = 0
    public var isRenewAck: Bool = false
    public var topics: [FetchTopic] = []
    public var forgottenTopicsData: [ForgottenTopic] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("groupId", &groupId)
        try w.field("memberId", &memberId)
        try w.field("shareSessionEpoch", &shareSessionEpoch)
        try w.field("maxWaitMs", &maxWaitMs)
        try w.field("minBytes", &minBytes)
        try w.field("maxBytes", &maxBytes)
        try w.field("maxRecords", &maxRecords)
        try w.field("batchSize", &batchSize)
        if v >= 2 {
            try w.field("shareAcquireMode", &shareAcquireMode)
            try w.field("isRenewAck", &isRenewAck)
        }
        try w.field("topics", &topics)
        try w.field("forgottenTopicsData", &forgottenTopicsData)
    }

    public struct FetchTopic: WireStruct {
        public var topicId: Uuid = .zero
        public var partitions: [FetchPartition] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicId", &topicId)
            try w.field("partitions", &partitions)
        }

        public struct FetchPartition: WireStruct {
            public var partitionIndex: Int32 = 0
            public var acknowledgementBatches: [AcknowledgementBatch] = []

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("partitionIndex", &partitionIndex)
                try w.field("acknowledgementBatches", &acknowledgementBatches)
            }

            public struct AcknowledgementBatch: WireStruct {
                public var firstOffset: Int64 = 0
                public var lastOffset: Int64 = 0
                public var acknowledgeTypes: [Int8] = []

                public init() {}

                public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                    try w.field("firstOffset", &firstOffset)
                    try w.field("lastOffset", &lastOffset)
                    try w.field("acknowledgeTypes", &acknowledgeTypes)
                }
            }
        }
    }

    public struct ForgottenTopic: WireStruct {
        public var topicId: Uuid = .zero
        public var partitions: [Int32] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicId", &topicId)
            try w.field("partitions", &partitions)
        }
    }
}

/// ShareFetch response, API key 78, versions 1 to 2, flexible from 0.
public struct ShareFetchResponse: ThrottledResponse {
    public static let name = "ShareFetchResponse"
    public static let apiKey = APIKey.shareFetch
    public static let versions: ClosedRange<Int16> = 1...2
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var errorMessage: String? = nil
    public var acquisitionLockTimeoutMs: Int32 = 0
    public var responses: [ShareFetchableTopicResponse] = []
    public var nodeEndpoints: [NodeEndpoint] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("errorCode", &errorCode)
        try w.field("errorMessage", &errorMessage)
        try w.field("acquisitionLockTimeoutMs", &acquisitionLockTimeoutMs)
        try w.field("responses", &responses)
        try w.field("nodeEndpoints", &nodeEndpoints)
    }

    public struct ShareFetchableTopicResponse: WireStruct {
        public var topicId: Uuid = .zero
        public var partitions: [PartitionData] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicId", &topicId)
            try w.field("partitions", &partitions)
        }

        public struct PartitionData: WireStruct {
            public var partitionIndex: Int32 = 0
            public var errorCode: ErrorCode = .none
            public var errorMessage: String? = nil
            public var acknowledgeErrorCode: ErrorCode = .none
            public var acknowledgeErrorMessage: String? = nil
            public var currentLeader: LeaderIdAndEpoch = LeaderIdAndEpoch()
            public var records: RecordData? = nil
            public var acquiredRecords: [AcquiredRecords] = []

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                let v = w.version
                try w.field("partitionIndex", &partitionIndex)
                try w.field("errorCode", &errorCode)
                try w.field("errorMessage", &errorMessage)
                try w.field("acknowledgeErrorCode", &acknowledgeErrorCode)
                try w.field("acknowledgeErrorMessage", &acknowledgeErrorMessage)
                try w.field("currentLeader", &currentLeader)
                try w.field("records", &records, nullable: v <= 0)
                try w.field("acquiredRecords", &acquiredRecords)
            }

            public struct LeaderIdAndEpoch: WireStruct {
                public var leaderId: Int32 = 0
                public var leaderEpoch: Int32 = 0

                public init() {}

                public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                    try w.field("leaderId", &leaderId)
                    try w.field("leaderEpoch", &leaderEpoch)
                }
            }

            public struct AcquiredRecords: WireStruct {
                public var firstOffset: Int64 = 0
                public var lastOffset: Int64 = 0
                public var deliveryCount: Int16 = 0

                public init() {}

                public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                    try w.field("firstOffset", &firstOffset)
                    try w.field("lastOffset", &lastOffset)
                    try w.field("deliveryCount", &deliveryCount)
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
