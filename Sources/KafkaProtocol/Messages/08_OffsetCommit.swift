/// OffsetCommit request, API key 8, versions 2 to 10, flexible from 8.
public struct OffsetCommitRequest: Request {
    public static let name = "OffsetCommitRequest"
    public typealias Response = OffsetCommitResponse
    public static let apiKey = APIKey.offsetCommit
    public static let versions: ClosedRange<Int16> = 2...10
    public static let flexibleFrom: Int16 = 8

    public var groupId: String = ""
    public var generationIdOrMemberEpoch: Int32 = -1
    public var memberId: String = ""
    public var groupInstanceId: String? = nil
    public var retentionTimeMs: Int64 = -1
    public var topics: [OffsetCommitRequestTopic] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("groupId", &groupId)
        try w.field("generationIdOrMemberEpoch", &generationIdOrMemberEpoch)
        try w.field("memberId", &memberId)
        if v >= 7 { try w.field("groupInstanceId", &groupInstanceId) }
        if v <= 4 { try w.field("retentionTimeMs", &retentionTimeMs) }
        try w.field("topics", &topics)
    }

    public struct OffsetCommitRequestTopic: WireStruct {
        public var name: String = ""
        public var topicId: Uuid = .zero
        public var partitions: [OffsetCommitRequestPartition] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            let v = w.version
            if v <= 9 { try w.field("name", &name) }
            if v >= 10 { try w.field("topicId", &topicId) }
            try w.field("partitions", &partitions)
        }

        public struct OffsetCommitRequestPartition: WireStruct {
            public var partitionIndex: Int32 = 0
            public var committedOffset: Int64 = 0
            public var committedLeaderEpoch: Int32 = -1
            public var committedMetadata: String? = ""

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                let v = w.version
                try w.field("partitionIndex", &partitionIndex)
                try w.field("committedOffset", &committedOffset)
                if v >= 6 { try w.field("committedLeaderEpoch", &committedLeaderEpoch) }
                try w.field("committedMetadata", &committedMetadata)
            }
        }
    }
}

/// OffsetCommit response, API key 8, versions 2 to 10, flexible from 8.
public struct OffsetCommitResponse: ThrottledResponse {
    public static let name = "OffsetCommitResponse"
    public static let apiKey = APIKey.offsetCommit
    public static let versions: ClosedRange<Int16> = 2...10
    public static let flexibleFrom: Int16 = 8

    public var throttleTimeMs: Int32 = 0
    public var topics: [OffsetCommitResponseTopic] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        if v >= 3 { try w.field("throttleTimeMs", &throttleTimeMs) }
        try w.field("topics", &topics)
    }

    public struct OffsetCommitResponseTopic: WireStruct {
        public var name: String = ""
        public var topicId: Uuid = .zero
        public var partitions: [OffsetCommitResponsePartition] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            let v = w.version
            if v <= 9 { try w.field("name", &name) }
            if v >= 10 { try w.field("topicId", &topicId) }
            try w.field("partitions", &partitions)
        }

        public struct OffsetCommitResponsePartition: WireStruct {
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
