/// RemotePartitionDeleteMetadataRecord, record type 2, version 0.
public struct RemotePartitionDeleteMetadataRecord: LogMessage {
    public static let name = "RemotePartitionDeleteMetadataRecord"
    public static let recordType: Int16 = 2
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var topicIdPartition: TopicIdPartitionEntry = TopicIdPartitionEntry()
    public var brokerId: Int32 = 0
    public var eventTimestampMs: Int64 = 0
    public var remotePartitionDeleteState: Int8 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("topicIdPartition", &topicIdPartition)
        try w.field("brokerId", &brokerId)
        try w.field("eventTimestampMs", &eventTimestampMs)
        try w.field("remotePartitionDeleteState", &remotePartitionDeleteState)
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
