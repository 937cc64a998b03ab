/// ConsumerGroupPartitionMetadataKey, record type 4, version 0.
public struct ConsumerGroupPartitionMetadataKey: LogMessage {
    public static let name = "ConsumerGroupPartitionMetadataKey"
    public static let recordType: Int16 = 4
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = .max

    public var groupId: String = ""

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("groupId", &groupId)
    }
}

/// ConsumerGroupPartitionMetadataValue, record type 4, version 0.
public struct ConsumerGroupPartitionMetadataValue: LogMessage {
    public static let name = "ConsumerGroupPartitionMetadataValue"
    public static let recordType: Int16 = 4
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var topics: [TopicMetadata] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("topics", &topics)
    }

    public struct TopicMetadata: WireStruct {
        public var topicId: Uuid = .zero
        public var topicName: String = ""
        public var numPartitions: Int32 = 0
        public var partitionMetadata: [PartitionMetadata] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicId", &topicId)
            try w.field("topicName", &topicName)
            try w.field("numPartitions", &numPartitions)
            try w.field("partitionMetadata", &partitionMetadata)
        }

        public struct PartitionMetadata: WireStruct {
            public var partition: Int32 = 0
            public var racks: [String] = []

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("partition", &partition)
                try w.field("racks", &racks)
            }
        }
    }
}
