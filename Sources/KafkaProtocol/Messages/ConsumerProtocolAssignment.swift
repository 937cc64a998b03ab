import Vocabulary

/// ConsumerProtocolAssignment, versions 0 to 3; carried inside other messages and records.
public struct ConsumerProtocolAssignment: Message {
    public static let name = "ConsumerProtocolAssignment"
    public static let versions: ClosedRange<Int16> = 0...3
    public static let flexibleFrom: Int16 = .max

    public var assignedPartitions: [TopicPartition] = []
    public var userData: Bytes? = nil

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("assignedPartitions", &assignedPartitions)
        try w.field("userData", &userData)
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
