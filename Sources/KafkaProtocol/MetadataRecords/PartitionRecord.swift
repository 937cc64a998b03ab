/// PartitionRecord, record type 3, versions 0 to 2.
public struct PartitionRecord: LogMessage {
    public static let name = "PartitionRecord"
    public static let recordType: Int16 = 3
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleFrom: Int16 = 0

    public var partitionId: Int32 = -1
    public var topicId: Uuid = .zero
    public var replicas: [Int32] = []
    public var isr: [Int32] = []
    public var removingReplicas: [Int32] = []
    public var addingReplicas: [Int32] = []
    public var leader: Int32 = -1
    public var leaderRecoveryState: Int8 = 0
    public var leaderEpoch: Int32 = -1
    public var partitionEpoch: Int32 = -1
    public var directories: [Uuid] = []
    public var eligibleLeaderReplicas: [Int32]? = nil
    public var lastKnownElr: [Int32]? = nil

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("partitionId", &partitionId)
        try w.field("topicId", &topicId)
        try w.field("replicas", &replicas)
        try w.field("isr", &isr)
        try w.field("removingReplicas", &removingReplicas)
        try w.field("addingReplicas", &addingReplicas)
        try w.field("leader", &leader)
        try w.field("leaderEpoch", &leaderEpoch)
        try w.field("partitionEpoch", &partitionEpoch)
        if v >= 1 { try w.field("directories", &directories) }
        try w.tagged(0, isDefault: leaderRecoveryState == 0) { (w) throws(WireError) in try w.field("leaderRecoveryState", &leaderRecoveryState) }
        if v >= 2 {
            try w.tagged(1, isDefault: eligibleLeaderReplicas == nil) { (w) throws(WireError) in try w.field("eligibleLeaderReplicas", &eligibleLeaderReplicas)
            }
        }
        if v >= 2 { try w.tagged(2, isDefault: lastKnownElr == nil) { (w) throws(WireError) in try w.field("lastKnownElr", &lastKnownElr) } }
    }
}
