/// AssignReplicasToDirs request, API key 73, version 0, flexible from 0.
public struct AssignReplicasToDirsRequest: Request {
    public static let name = "AssignReplicasToDirsRequest"
    public typealias Response = AssignReplicasToDirsResponse
    public static let apiKey = APIKey.assignReplicasToDirs
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var brokerId: Int32 = 0
    public var brokerEpoch: Int64 = -1
    public var directories: [DirectoryData] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("brokerId", &brokerId)
        try w.field("brokerEpoch", &brokerEpoch)
        try w.field("directories", &directories)
    }

    public struct DirectoryData: WireStruct {
        public var id: Uuid = .zero
        public var topics: [TopicData] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("id", &id)
            try w.field("topics", &topics)
        }

        public struct TopicData: WireStruct {
            public var topicId: Uuid = .zero
            public var partitions: [PartitionData] = []

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("topicId", &topicId)
                try w.field("partitions", &partitions)
            }

            public struct PartitionData: WireStruct {
                public var partitionIndex: Int32 = 0

                public init() {}

                public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                    try w.field("partitionIndex", &partitionIndex)
                }
            }
        }
    }
}

/// AssignReplicasToDirs response, API key 73, version 0, flexible from 0.
public struct AssignReplicasToDirsResponse: ThrottledResponse {
    public static let name = "AssignReplicasToDirsResponse"
    public static let apiKey = APIKey.assignReplicasToDirs
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var directories: [DirectoryData] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("errorCode", &errorCode)
        try w.field("directories", &directories)
    }

    public struct DirectoryData: WireStruct {
        public var id: Uuid = .zero
        public var topics: [TopicData] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("id", &id)
            try w.field("topics", &topics)
        }

        public struct TopicData: WireStruct {
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

                public init() {}

                public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                    try w.field("partitionIndex", &partitionIndex)
                    try w.field("errorCode", &errorCode)
                }
            }
        }
    }
}
