/// TxnOffsetCommit request, API key 28, versions 0 to 5, flexible from 3.
public struct TxnOffsetCommitRequest: Request {
    public static let name = "TxnOffsetCommitRequest"
    public typealias Response = TxnOffsetCommitResponse
    public static let apiKey = APIKey.txnOffsetCommit
    public static let versions: ClosedRange<Int16> = 0...5
    public static let flexibleFrom: Int16 = 3

    public var transactionalId: String = ""
    public var groupId: String = ""
    public var producerId: Int64 = 0
    public var producerEpoch: Int16 = 0
    public var generationId: Int32 = -1
    public var memberId: String = ""
    public var groupInstanceId: String? = nil
    public var topics: [TxnOffsetCommitRequestTopic] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("transactionalId", &transactionalId)
        try w.field("groupId", &groupId)
        try w.field("producerId", &producerId)
        try w.field("producerEpoch", &producerEpoch)
        if v >= 3 {
            try w.field("generationId", &generationId)
            try w.field("memberId", &memberId)
            try w.field("groupInstanceId", &groupInstanceId)
        }
        try w.field("topics", &topics)
    }

    public struct TxnOffsetCommitRequestTopic: WireStruct {
        public var name: String = ""
        public var partitions: [TxnOffsetCommitRequestPartition] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("partitions", &partitions)
        }

        public struct TxnOffsetCommitRequestPartition: WireStruct {
            public var partitionIndex: Int32 = 0
            public var committedOffset: Int64 = 0
            public var committedLeaderEpoch: Int32 = -1
            public var committedMetadata: String? = ""

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                let v = w.version
                try w.field("partitionIndex", &partitionIndex)
                try w.field("committedOffset", &committedOffset)
                if v >= 2 { try w.field("committedLeaderEpoch", &committedLeaderEpoch) }
                try w.field("committedMetadata", &committedMetadata)
            }
        }
    }
}

/// TxnOffsetCommit response, API key 28, versions 0 to 5, flexible from 3.
public struct TxnOffsetCommitResponse: ThrottledResponse {
    public static let name = "TxnOffsetCommitResponse"
    public static let apiKey = APIKey.txnOffsetCommit
    public static let versions: ClosedRange<Int16> = 0...5
    public static let flexibleFrom: Int16 = 3

    public var throttleTimeMs: Int32 = 0
    public var topics: [TxnOffsetCommitResponseTopic] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("topics", &topics)
    }

    public struct TxnOffsetCommitResponseTopic: WireStruct {
        public var name: String = ""
        public var partitions: [TxnOffsetCommitResponsePartition] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("partitions", &partitions)
        }

        public struct TxnOffsetCommitResponsePartition: WireStruct {
            public var partitionIndex: Int32 = 0
            public var errorCode: ErrorCode = .none

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("partitionIndex", &partitionIndex)
                try w.field("errorCode", &errorCode)
            }
        }
    }
}
