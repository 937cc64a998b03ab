/// StreamsGroupMetadataKey, record type 17, version 0.
public struct StreamsGroupMetadataKey: LogMessage {
    public static let name = "StreamsGroupMetadataKey"
    public static let recordType: Int16 = 17
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = .max

    public var groupId: String = ""

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("groupId", &groupId)
    }
}

/// StreamsGroupMetadataValue, record type 17, version 0.
public struct StreamsGroupMetadataValue: LogMessage {
    public static let name = "StreamsGroupMetadataValue"
    public static let recordType: Int16 = 17
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var epoch: Int32 = 0
    public var metadataHash: Int64 = 0
    public var validatedTopologyEpoch: Int32 = -1
    public var lastAssignmentConfigs: [LastAssignmentConfig]? = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("epoch", &epoch)
        try w.field("metadataHash", &metadataHash)
        try w.tagged(0, isDefault: validatedTopologyEpoch == -1) { (w) throws(WireError) in try w.field("validatedTopologyEpoch", &validatedTopologyEpoch) }
        try w.tagged(1, isDefault: lastAssignmentConfigs?.isEmpty == true) { (w) throws(WireError) in
            try w.field("lastAssignmentConfigs", &lastAssignmentConfigs)
        }
    }

    public struct LastAssignmentConfig: WireStruct {
        public var key: String = ""
        public var value: String = ""

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("key", &key)
            try w.field("value", &value)
        }
    }
}
