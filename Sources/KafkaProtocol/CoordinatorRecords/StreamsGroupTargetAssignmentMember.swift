/// StreamsGroupTargetAssignmentMemberKey, record type 21, version 0.
public struct StreamsGroupTargetAssignmentMemberKey: LogMessage {
    public static let name = "StreamsGroupTargetAssignmentMemberKey"
    public static let recordType: Int16 = 21
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

/// StreamsGroupTargetAssignmentMemberValue, record type 21, version 0.
public struct StreamsGroupTargetAssignmentMemberValue: LogMessage {
    public static let name = "StreamsGroupTargetAssignmentMemberValue"
    public static let recordType: Int16 = 21
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var activeTasks: [TaskIds] = []
    public var standbyTasks: [TaskIds] = []
    public var warmupTasks: [TaskIds] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("activeTasks", &activeTasks)
        try w.field("standbyTasks", &standbyTasks)
        try w.field("warmupTasks", &warmupTasks)
    }

    public struct TaskIds: WireStruct {
        public var subtopologyId: String = ""
        public var partitions: [Int32] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("subtopologyId", &subtopologyId)
            try w.field("partitions", &partitions)
        }
    }
}
