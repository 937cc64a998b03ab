/// DeleteRecords request, API key 21, versions 0 to 2, flexible from 2.
public struct DeleteRecordsRequest: Request {
    public static let name = "DeleteRecordsRequest"
    public typealias Response = DeleteRecordsResponse
    public static let apiKey = APIKey.deleteRecords
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleFrom: Int16 = 2

    public var topics: [DeleteRecordsTopic] = []
    public var timeoutMs: Int32 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("topics", &topics)
        try w.field("timeoutMs", &timeoutMs)
    }

    public struct DeleteRecordsTopic: WireStruct {
        public var name: String = ""
        public var partitions: [DeleteRecordsPartition] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("partitions", &partitions)
        }

        public struct DeleteRecordsPartition: WireStruct {
            public var partitionIndex: Int32 = 0
            public var offset: Int64 = 0

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("partitionIndex", &partitionIndex)
                try w.field("offset", &offset)
            }
        }
    }
}

/// DeleteRecords response, API key 21, versions 0 to 2, flexible from 2.
public struct DeleteRecordsResponse: ThrottledResponse {
    public static let name = "DeleteRecordsResponse"
    public static let apiKey = APIKey.deleteRecords
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleFrom: Int16 = 2

    public var throttleTimeMs: Int32 = 0
    public var topics: [DeleteRecordsTopicResult] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("topics", &topics)
    }

    public struct DeleteRecordsTopicResult: WireStruct {
        public var name: String = ""
        public var partitions: [DeleteRecordsPartitionResult] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("partitions", &partitions)
        }

        public struct DeleteRecordsPartitionResult: WireStruct {
            public var partitionIndex: Int32 = 0
            public var lowWatermark: Int64 = 0
            public var errorCode: ErrorCode = .none

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("partitionIndex", &partitionIndex)
                try w.field("lowWatermark", &lowWatermark)
                try w.field("errorCode", &errorCode)
            }
        }
    }
}
