import Vocabulary

/// ConsumerProtocolSubscription, versions 0 to 3; carried inside other messages and records.
public struct ConsumerProtocolSubscription: Message {
    public static let name = "ConsumerProtocolSubscription"
    public static let versions: ClosedRange<Int16> = 0...3
    public static let flexibleFrom: Int16 = .max

    public var topics: [String] = []
    public var userData: Bytes? = nil
    public var ownedPartitions: [TopicPartition] = []
    public var generationId: Int32 = -1
    public var rackId: String? = nil

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("topics", &topics)
        try w.field("userData", &userData)
        if v >= 1 { try w.field("ownedPartitions", &ownedPartitions) }
        if v >= 2 { try w.field("generationId", &generationId) }
        if v >= 3 { try w.field("rackId", &rackId) }
    }

    public struct TopicPartition: WireStruct {
        public var topic: String = ""
        public var partitions: [Int32] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topic", &topic)
            try w.field("partitions", &partitions)
        }
    }
}
