/// OffsetFetch request, API key 9, versions 1 to 10, flexible from 6.
public struct OffsetFetchRequest: Request {
    public static let name = "OffsetFetchRequest"
    public typealias Response = OffsetFetchResponse
    public static let apiKey = APIKey.offsetFetch
    public static let versions: ClosedRange<Int16> = 1...10
    public static let flexibleFrom: Int16 = 6

    public var groupId: String = ""
    public var topics: [OffsetFetchRequestTopic]? = []
    public var groups: [OffsetFetchRequestGroup] = []
    public var requireStable: Bool = false

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        if v <= 7 {
            try w.field("groupId", &groupId)
            try w.field("topics", &topics, nullable: v >= 2)
        }
        if v >= 8 { try w.field("groups", &groups) }
        if v >= 7 { try w.field("requireStable", &requireStable) }
    }

    public struct OffsetFetchRequestTopic: WireStruct {
        public var name: String = ""
        public var partitionIndexes: [Int32] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("partitionIndexes", &partitionIndexes)
        }
    }

    public struct OffsetFetchRequestGroup: WireStruct {
        public var groupId: String = ""
        public var memberId: String? = nil
        public var memberEpoch: Int32 = -1
        public var topics: [OffsetFetchRequestTopics]? = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            let v = w.version
            try w.field("groupId", &groupId)
            if v >= 9 {
                try w.field("memberId", &memberId)
                try w.field("memberEpoch", &memberEpoch)
            }
            try w.field("topics", &topics)
        }

        public struct OffsetFetchRequestTopics: WireStruct {
            public var name: String = ""
            public var topicId: Uuid = .zero
            public var partitionIndexes: [Int32] = []

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                let v = w.version
                if v <= 9 { try w.field("name", &name) }
                if v >= 10 { try w.field("topicId", &topicId) }
                try w.field("partitionIndexes", &partitionIndexes)
            }
        }
    }
}

/// OffsetFetch response, API key 9, versions 1 to 10, flexible from 6.
public struct OffsetFetchResponse: ThrottledResponse {
    public static let name = "OffsetFetchResponse"
    public static let apiKey = APIKey.offsetFetch
    public static let versions: ClosedRange<Int16> = 1...10
    public static let flexibleFrom: Int16 = 6

    public var throttleTimeMs: Int32 = 0
    public var topics: [OffsetFetchResponseTopic] = []
    public var errorCode: ErrorCode = .none
    public var groups: [OffsetFetchResponseGroup] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        if v >= 3 { try w.field("throttleTimeMs", &throttleTimeMs) }
        if v <= 7 { try w.field("topics", &topics) }
        if v >= 2 && v <= 7 { try w.field("errorCode", &errorCode) }
        if v >= 8 { try w.field("groups", &groups) }
    }

    public struct OffsetFetchResponseTopic: WireStruct {
        public var name: String = ""
        public var partitions: [OffsetFetchResponsePartition] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("partitions", &partitions)
        }

        public struct OffsetFetchResponsePartition: WireStruct {
            public var partitionIndex: Int32 = 0
            public var committedOffset: Int64 = 0
            public var committedLeaderEpoch: Int32 = -1
            public var metadata: String? = ""
            public var errorCode: ErrorCode = .none

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                let v = w.version
                try w.field("partitionIndex", &partitionIndex)
                try w.field("committedOffset", &committedOffset)
                if v >= 5 { try w.field("committedLeaderEpoch", &committedLeaderEpoch) }
                try w.field("metadata", &metadata)
                try w.field("errorCode", &errorCode)
            }
        }
    }

    public struct OffsetFetchResponseGroup: WireStruct {
        public var groupId: String = ""
        public var topics: [OffsetFetchResponseTopics] = []
        public var errorCode: ErrorCode = .none

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("groupId", &groupId)
            try w.field("topics", &topics)
            try w.field("errorCode", &errorCode)
        }

        public struct OffsetFetchResponseTopics: WireStruct {
            public var name: String = ""
            public var topicId: Uuid = .zero
            public var partitions: [OffsetFetchResponsePartitions] = []

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                let v = w.version
                if v <= 9 { try w.field("name", &name) }
                if v >= 10 { try w.field("topicId", &topicId) }
                try w.field("partitions", &partitions)
            }

            public struct OffsetFetchResponsePartitions: WireStruct {
                public var partitionIndex: Int32 = 0
                public var committedOffset: Int64 = 0
                public var committedLeaderEpoch: Int32 = -1
                public var metadata: String? = ""
                public var errorCode: ErrorCode = .none

                public init() {}

                public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                    try w.field("partitionIndex", &partitionIndex)
                    try w.field("committedOffset", &committedOffset)
                    try w.field("committedLeaderEpoch", &committedLeaderEpoch)
                    try w.field("metadata", &metadata)
                    try w.field("errorCode", &errorCode)
                }
            }
        }
    }
}
