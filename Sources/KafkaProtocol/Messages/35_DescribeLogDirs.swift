/// DescribeLogDirs request, API key 35, versions 1 to 5, flexible from 2.
public struct DescribeLogDirsRequest: Request {
    public static let name = "DescribeLogDirsRequest"
    public typealias Response = DescribeLogDirsResponse
    public static let apiKey = APIKey.describeLogDirs
    public static let versions: ClosedRange<Int16> = 1...5
    public static let flexibleFrom: Int16 = 2

    public var topics: [DescribableLogDirTopic]? = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("topics", &topics)
    }

    public struct DescribableLogDirTopic: WireStruct {
        public var topic: String = ""
        public var partitions: [Int32] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topic", &topic)
            try w.field("partitions", &partitions)
        }
    }
}

/// DescribeLogDirs response, API key 35, versions 1 to 5, flexible from 2.
public struct DescribeLogDirsResponse: ThrottledResponse {
    public static let name = "DescribeLogDirsResponse"
    public static let apiKey = APIKey.describeLogDirs
    public static let versions: ClosedRange<Int16> = 1...5
    public static let flexibleFrom: Int16 = 2

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var results: [DescribeLogDirsResult] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("throttleTimeMs", &throttleTimeMs)
        if v >= 3 { try w.field("errorCode", &errorCode) }
        try w.field("results", &results)
    }

    public struct DescribeLogDirsResult: WireStruct {
        public var errorCode: ErrorCode = .none
        public var logDir: String = ""
        public var topics: [DescribeLogDirsTopic] = []
        public var totalBytes: Int64 = -1
        public var usableBytes: Int64 = -1
        public var isCordoned: Bool = false

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            let v = w.version
            try w.field("errorCode", &errorCode)
            try w.field("logDir", &logDir)
            try w.field("topics", &topics)
            if v >= 4 {
                try w.field("totalBytes", &totalBytes)
                try w.field("usableBytes", &usableBytes)
            }
            if v >= 5 { try w.field("isCordoned", &isCordoned) }
        }

        public struct DescribeLogDirsTopic: WireStruct {
            public var name: String = ""
            public var partitions: [DescribeLogDirsPartition] = []

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("name", &name)
                try w.field("partitions", &partitions)
            }

            public struct DescribeLogDirsPartition: WireStruct {
                public var partitionIndex: Int32 = 0
                public var partitionSize: Int64 = 0
                public var offsetLag: Int64 = 0
                public var isFutureKey: Bool = false

                public init() {}

                public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                    try w.field("partitionIndex", &partitionIndex)
                    try w.field("partitionSize", &partitionSize)
                    try w.field("offsetLag", &offsetLag)
                    try w.field("isFutureKey", &isFutureKey)
                }
            }
        }
    }
}
