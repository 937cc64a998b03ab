/// ConsumerGroupCurrentMemberAssignmentKey, record type 8, version 0.
public struct ConsumerGroupCurrentMemberAssignmentKey: LogMessage {
    public static let name = "ConsumerGroupCurrentMemberAssignmentKey"
    public static let recordType: Int16 = 8
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

/// ConsumerGroupCurrentMemberAssignmentValue, record type 8, version 0.
public struct ConsumerGroupCurrentMemberAssignmentValue: LogMessage {
    public static let name = "ConsumerGroupCurrentMemberAssignmentValue"
    public static let recordType: Int16 = 8
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var memberEpoch: Int32 = 0
    public var previousMemberEpoch: Int32 = 0
    public var state: Int8 = 0
    public var assignedPartitions: [TopicPartitions] = []
    public var partitionsPendingRevocation: [TopicPartitions] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("memberEpoch", &memberEpoch)
        try w.field("previousMemberEpoch", &previousMemberEpoch)
        try w.field("state", &state)
        try w.field("assignedPartitions", &assignedPartitions)
        try w.field("partitionsPendingRevocation", &partitionsPendingRevocation)
    }

    public struct TopicPartitions: WireStruct {
        public var topicId: Uuid = .zero
        public var partitions: [Int32] = []
        public var assignmentEpochs: [Int32]? = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicId", &topicId)
            try w.field("partitions", &partitions)
            try w.tagged(0, isDefault: assignmentEpochs?.isEmpty == true) { (w) throws(WireError) in try w.field("assignmentEpochs", &assignmentEpochs) }
        }
    }
}
