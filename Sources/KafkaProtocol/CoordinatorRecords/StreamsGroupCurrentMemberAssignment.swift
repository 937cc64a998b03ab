/// StreamsGroupCurrentMemberAssignmentKey, record type 22, version 0.
public struct StreamsGroupCurrentMemberAssignmentKey: LogMessage {
    public static let name = "StreamsGroupCurrentMemberAssignmentKey"
    public static let recordType: Int16 = 22
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

/// StreamsGroupCurrentMemberAssignmentValue, record type 22, version 0.
public struct StreamsGroupCurrentMemberAssignmentValue: LogMessage {
    public static let name = "StreamsGroupCurrentMemberAssignmentValue"
    public static let recordType: Int16 = 22
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var memberEpoch: Int32 = 0
    public var previousMemberEpoch: Int32 = 0
    public var state: Int8 = 0
    public var activeTasks: [TaskIds] = []
    public var standbyTasks: [TaskIds] = []
    public var warmupTasks: [TaskIds] = []
    public var activeTasksPendingRevocation: [TaskIds] = []
    public var standbyTasksPendingRevocation: [TaskIds] = []
    public var warmupTasksPendingRevocation: [TaskIds] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("memberEpoch", &memberEpoch)
        try w.field("previousMemberEpoch", &previousMemberEpoch)
        try w.field("state", &state)
        try w.field("activeTasks", &activeTasks)
        try w.field("standbyTasks", &standbyTasks)
        try w.field("warmupTasks", &warmupTasks)
        try w.field("activeTasksPendingRevocation", &activeTasksPendingRevocation)
        try w.field("standbyTasksPendingRevocation", &standbyTasksPendingRevocation)
        try w.field("warmupTasksPendingRevocation", &warmupTasksPendingRevocation)
    }

    public struct TaskIds: WireStruct {
        public var subtopologyId: String = ""
        public var partitions: [Int32] = []
        public var assignmentEpochs: [Int32]? = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("subtopologyId", &subtopologyId)
            try w.field("partitions", &partitions)
            try w.tagged(0, isDefault: assignmentEpochs?.isEmpty == true) { (w) throws(WireError) in try w.field("assignmentEpochs", &assignmentEpochs) }
        }
    }
}
