/// OffsetDelete request, API key 47, version 0.
public struct OffsetDeleteRequest: Request {
    public static let name = "OffsetDeleteRequest"
    public typealias Response = OffsetDeleteResponse
    public static let apiKey = APIKey.offsetDelete
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = .max

    public var groupId: String = ""
    public var topics: [OffsetDeleteRequestTopic] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("groupId", &groupId)
        try w.field("topics", &topics)
    }

    public struct OffsetDeleteRequestTopic: WireStruct {
        public var name: String = ""
        public var partitions: [OffsetDeleteRequestPartition] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("partitions", &partitions)
        }

        public struct OffsetDeleteRequestPartition: WireStruct {
            public var partitionIndex: Int32 = 0

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("partitionIndex", &partitionIndex)
            }
        }
    }
}

/// OffsetDelete response, API key 47, version 0.
public struct OffsetDeleteResponse: ThrottledResponse {
    public static let name = "OffsetDeleteResponse"
    public static let apiKey = APIKey.offsetDelete
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = .max

    public var errorCode: ErrorCode = .none
    public var throttleTimeMs: Int32 = 0
    public var topics: [OffsetDeleteResponseTopic] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("errorCode", &errorCode)
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("topics", &topics)
    }

    public struct OffsetDeleteResponseTopic: WireStruct {
        public var name: String = ""
        public var partitions: [OffsetDeleteResponsePartition] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("partitions", &partitions)
        }

        public struct OffsetDeleteResponsePartition: WireStruct {
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
