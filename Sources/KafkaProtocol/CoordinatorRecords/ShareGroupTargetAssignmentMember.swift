import Vocabulary

/// ShareGroupTargetAssignmentMemberKey, record type 13, version 0.
public struct ShareGroupTargetAssignmentMemberKey: LogMessage {
    public static let name = "ShareGroupTargetAssignmentMemberKey"
    public static let recordType: Int16 = 13
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

/// ShareGroupTargetAssignmentMemberValue, record type 13, version 0.
public struct ShareGroupTargetAssignmentMemberValue: LogMessage {
    public static let name = "ShareGroupTargetAssignmentMemberValue"
    public static let recordType: Int16 = 13
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
