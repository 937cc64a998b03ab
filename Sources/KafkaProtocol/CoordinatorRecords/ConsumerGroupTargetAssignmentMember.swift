import Vocabulary

/// ConsumerGroupTargetAssignmentMemberKey, record type 7, version 0.
public struct ConsumerGroupTargetAssignmentMemberKey: LogMessage {
    public static let name = "ConsumerGroupTargetAssignmentMemberKey"
    public static let recordType: Int16 = 7
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = .max

    public var groupId: String = ""
    public var memberId: String = ""

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("groupId", &groupId)
        try w.field("memberId", &memberId)
    }
}

/// ConsumerGroupTargetAssignmentMemberValue, record type 7, version 0.
public struct ConsumerGroupTargetAssignmentMemberValue: LogMessage {
    public static let name = "ConsumerGroupTargetAssignmentMemberValue"
    public static let recordType: Int16 = 7
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var topicPartitions: [TopicPartition] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("topicPartitions", &topicPartitions)
    }

    public struct TopicPartition: WireStruct {
        public var topicId: Uuid = .zero
        public var partitions: [Int32] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicId", &topicId)
            try w.field("partitions", &partitions)
        }
    }
}
