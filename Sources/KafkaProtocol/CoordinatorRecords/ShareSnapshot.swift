/// ShareSnapshotKey, record type 0, version 0.
public struct ShareSnapshotKey: LogMessage {
    public static let name = "ShareSnapshotKey"
    public static let recordType: Int16 = 0
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = .max

    public var groupId: String = ""
    public var topicId: Uuid = .zero
    public var partition: Int32 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("groupId", &groupId)
        try w.field("topicId", &topicId)
        try w.field("partition", &partition)
    }
}

/// ShareSnapshotValue, record type 0, version 0.
public struct ShareSnapshotValue: LogMessage {
    public static let name = "ShareSnapshotValue"
    public static let recordType: Int16 = 0
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var snapshotEpoch: Int32 = 0
    public var stateEpoch: Int32 = 0
    public var leaderEpoch: Int32 = 0
    public var startOffset: Int64 = 0
    public var deliveryCompleteCount: Int32 = -1
    public var createTimestamp: Int64 = 0
    public var writeTimestamp: Int64 = 0
    public var stateBatches: [StateBatch] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("snapshotEpoch", &snapshotEpoch)
        try w.field("stateEpoch", &stateEpoch)
        try w.field("leaderEpoch", &leaderEpoch)
        try w.field("startOffset", &startOffset)
        try w.field("createTimestamp", &createTimestamp)
        try w.field("writeTimestamp", &writeTimestamp)
        try w.field("stateBatches", &stateBatches)
        try w.tagged(0, isDefault: deliveryCompleteCount == -1) { (w) throws(WireError) in try w.field("deliveryCompleteCount", &deliveryCompleteCount) }
    }

    public struct StateBatch: WireStruct {
        public var firstOffset: Int64 = 0
        public var lastOffset: Int64 = 0
        public var deliveryState: Int8 = 0
        public var deliveryCount: Int16 = 0

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("firstOffset", &firstOffset)
            try w.field("lastOffset", &lastOffset)
            try w.field("deliveryState", &deliveryState)
            try w.field("deliveryCount", &deliveryCount)
        }
    }
}
