/// AlterReplicaLogDirs request, API key 34, versions 1 to 2, flexible from 2.
public struct AlterReplicaLogDirsRequest: Request {
    public static let name = "AlterReplicaLogDirsRequest"
    public typealias Response = AlterReplicaLogDirsResponse
    public static let apiKey = APIKey.alterReplicaLogDirs
    public static let versions: ClosedRange<Int16> = 1...2
    public static let flexibleFrom: Int16 = 2

    public var dirs: [AlterReplicaLogDir] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("dirs", &dirs)
    }

    public struct AlterReplicaLogDir: WireStruct {
        public var path: String = ""
        public var topics: [AlterReplicaLogDirTopic] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("path", &path)
            try w.field("topics", &topics)
        }

        public struct AlterReplicaLogDirTopic: WireStruct {
            public var name: String = ""
            public var partitions: [Int32] = []

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("name", &name)
                try w.field("partitions", &partitions)
            }
        }
    }
}

/// AlterReplicaLogDirs response, API key 34, versions 1 to 2, flexible from 2.
public struct AlterReplicaLogDirsResponse: ThrottledResponse {
    public static let name = "AlterReplicaLogDirsResponse"
    public static let apiKey = APIKey.alterReplicaLogDirs
    public static let versions: ClosedRange<Int16> = 1...2
    public static let flexibleFrom: Int16 = 2

    public var throttleTimeMs: Int32 = 0
    public var results: [AlterReplicaLogDirTopicResult] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("results", &results)
    }

    public struct AlterReplicaLogDirTopicResult: WireStruct {
        public var topicName: String = ""
        public var partitions: [AlterReplicaLogDirPartitionResult] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicName", &topicName)
            try w.field("partitions", &partitions)
        }

        public struct AlterReplicaLogDirPartitionResult: WireStruct {
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
