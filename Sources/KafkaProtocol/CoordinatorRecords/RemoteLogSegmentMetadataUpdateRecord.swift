/// RemoteLogSegmentMetadataUpdateRecord, record type 1, version 0.
public struct RemoteLogSegmentMetadataUpdateRecord: LogMessage {
    public static let name = "RemoteLogSegmentMetadataUpdateRecord"
    public static let recordType: Int16 = 1
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var remoteLogSegmentId: RemoteLogSegmentIdEntry = RemoteLogSegmentIdEntry()
    public var brokerId: Int32 = 0
    public var eventTimestampMs: Int64 = 0
    public var customMetadata: Bytes? = nil
    public var remoteLogSegmentState: Int8 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("remoteLogSegmentId", &remoteLogSegmentId)
        try w.field("brokerId", &brokerId)
        try w.field("eventTimestampMs", &eventTimestampMs)
        try w.field("customMetadata", &customMetadata)
        try w.field("remoteLogSegmentState", &remoteLogSegmentState)
    }

    public struct RemoteLogSegmentIdEntry: WireStruct {
        public var topicIdPartition: TopicIdPartitionEntry = TopicIdPartitionEntry()
        public var id: Uuid = .zero

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicIdPartition", &topicIdPartition)
            try w.field("id", &id)
        }

        public struct TopicIdPartitionEntry: WireStruct {
            public var name: String = ""
            public var id: Uuid = .zero
            public var partition: Int32 = 0

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("name", &name)
                try w.field("id", &id)
                try w.field("partition", &partition)
            }
        }
    }
}
