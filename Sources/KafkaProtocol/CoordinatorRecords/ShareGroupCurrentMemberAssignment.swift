/// ShareGroupCurrentMemberAssignmentKey, record type 14, version 0.
public struct ShareGroupCurrentMemberAssignmentKey: LogMessage {
    public static let name = "ShareGroupCurrentMemberAssignmentKey"
    public static let recordType: Int16 = 14
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

/// ShareGroupCurrentMemberAssignmentValue, record type 14, version 0.
public struct ShareGroupCurrentMemberAssignmentValue: LogMessage {
    public static let name = "ShareGroupCurrentMemberAssignmentValue"
    public static let recordType: Int16 = 14
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var memberEpoch: Int32 = 0
    public var previousMemberEpoch: Int32 = 0
    public var state: Int8 = 0
    public var assignedPartitions: [TopicPartitions] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("memberEpoch", &memberEpoch)
        try w.field("previousMemberEpoch", &previousMemberEpoch)
        try w.field("state", &state)
        try w.field("assignedPartitions", &assignedPartitions)
    }

    public struct TopicPartitions: WireStruct {
        public var topicId: Uuid = .zero
        public var partitions: [Int32] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicId", &topicId)
            try w.field("partitions", &partitions)
        }
    }
}
