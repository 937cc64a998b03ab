/// ShareAcknowledge request, API key 79, versions 1 to 2, flexible from 0.
public struct ShareAcknowledgeRequest: Request {
    public static let name = "ShareAcknowledgeRequest"
    public typealias Response = ShareAcknowledgeResponse
    public static let apiKey = APIKey.shareAcknowledge
    public static let versions: ClosedRange<Int16> = 1...2
    public static let flexibleFrom: Int16 = 0

    public var groupId: String? = nil
    public var memberId: String? = ""
    public var shareSessionEpoch: Int32 = 0
    public var isRenewAck: Bool = false
    public var topics: [AcknowledgeTopic] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("groupId", &groupId)
        try w.field("memberId", &memberId)
        try w.field("shareSessionEpoch", &shareSessionEpoch)
        if v >= 2 { try w.field("isRenewAck", &isRenewAck) }
        try w.field("topics", &topics)
    }

    public struct AcknowledgeTopic: WireStruct {
        public var topicId: Uuid = .zero
        public var partitions: [AcknowledgePartition] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicId", &topicId)
            try w.field("partitions", &partitions)
        }

        public struct AcknowledgePartition: WireStruct {
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
}

/// ShareAcknowledge response, API key 79, versions 1 to 2, flexible from 0.
public struct ShareAcknowledgeResponse: ThrottledResponse {
    public static let name = "ShareAcknowledgeResponse"
    public static let apiKey = APIKey.shareAcknowledge
    public static let versions: ClosedRange<Int16> = 1...2
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var errorMessage: String? = nil
    public var acquisitionLockTimeoutMs: Int32 = 0
    public var responses: [ShareAcknowledgeTopicResponse] = []
    public var nodeEndpoints: [NodeEndpoint] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("errorCode", &errorCode)
        try w.field("errorMessage", &errorMessage)
        if v >= 2 { try w.field("acquisitionLockTimeoutMs", &acquisitionLockTimeoutMs) }
        try w.field("responses", &responses)
        try w.field("nodeEndpoints", &nodeEndpoints)
    }

    public struct ShareAcknowledgeTopicResponse: WireStruct {
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
            public var currentLeader: LeaderIdAndEpoch = LeaderIdAndEpoch()

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("partitionIndex", &partitionIndex)
                try w.field("errorCode", &errorCode)
                try w.field("errorMessage", &errorMessage)
                try w.field("currentLeader", &currentLeader)
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
