/// RemoteLogSegmentMetadataRecord, record type 0, version 0.
public struct RemoteLogSegmentMetadataRecord: LogMessage {
    public static let name = "RemoteLogSegmentMetadataRecord"
    public static let recordType: Int16 = 0
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var remoteLogSegmentId: RemoteLogSegmentIdEntry = RemoteLogSegmentIdEntry()
    public var startOffset: Int64 = 0
    public var endOffset: Int64 = 0
    public var brokerId: Int32 = 0
    public var maxTimestampMs: Int64 = 0
    public var eventTimestampMs: Int64 = 0
    public var segmentLeaderEpochs: [SegmentLeaderEpochEntry] = []
    public var segmentSizeInBytes: Int32 = 0
    public var customMetadata: Bytes? = nil
    public var remoteLogSegmentState: Int8 = 0
    public var txnIndexEmpty: Bool = false

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("remoteLogSegmentId", &remoteLogSegmentId)
        try w.field("startOffset", &startOffset)
        try w.field("endOffset", &endOffset)
        try w.field("brokerId", &brokerId)
        try w.field("maxTimestampMs", &maxTimestampMs)
        try w.field("eventTimestampMs", &eventTimestampMs)
        try w.field("segmentLeaderEpochs", &segmentLeaderEpochs)
        try w.field("segmentSizeInBytes", &segmentSizeInBytes)
        try w.field("customMetadata", &customMetadata)
        try w.field("remoteLogSegmentState", &remoteLogSegmentState)
        try w.tagged(0, isDefault: txnIndexEmpty == false) { (w) throws(WireError) in try w.field("txnIndexEmpty", &txnIndexEmpty) }
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

    public struct SegmentLeaderEpochEntry: WireStruct {
        public var leaderEpoch: Int32 = 0
        public var offset: Int64 = 0

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("leaderEpoch", &leaderEpoch)
            try w.field("offset", &offset)
        }
    }
}
