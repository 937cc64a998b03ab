/// RemoteLogSegmentMetadataSnapshotRecord, record type 3, version 0.
public struct RemoteLogSegmentMetadataSnapshotRecord: LogMessage {
    public static let name = "RemoteLogSegmentMetadataSnapshotRecord"
    public static let recordType: Int16 = 3
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var segmentId: Uuid = .zero
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
        try w.field("segmentId", &segmentId)
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
