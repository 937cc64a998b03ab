/// ShareGroupStatePartitionMetadataKey, record type 15, version 0.
public struct ShareGroupStatePartitionMetadataKey: LogMessage {
    public static let name = "ShareGroupStatePartitionMetadataKey"
    public static let recordType: Int16 = 15
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = .max

    public var groupId: String = ""

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("groupId", &groupId)
    }
}

/// ShareGroupStatePartitionMetadataValue, record type 15, version 0.
public struct ShareGroupStatePartitionMetadataValue: LogMessage {
    public static let name = "ShareGroupStatePartitionMetadataValue"
    public static let recordType: Int16 = 15
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var initializingTopics: [TopicPartitionsInfo] = []
    public var initializedTopics: [TopicPartitionsInfo] = []
    public var deletingTopics: [TopicInfo] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("initializingTopics", &initializingTopics)
        try w.field("initializedTopics", &initializedTopics)
        try w.field("deletingTopics", &deletingTopics)
    }

    public struct TopicPartitionsInfo: WireStruct {
        public var topicId: Uuid = .zero
        public var topicName: String = ""
        public var partitions: [Int32] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicId", &topicId)
            try w.field("topicName", &topicName)
            try w.field("partitions", &partitions)
        }
    }

    public struct TopicInfo: WireStruct {
        public var topicId: Uuid = .zero
        public var topicName: String = ""

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicId", &topicId)
            try w.field("topicName", &topicName)
        }
    }
}
