/// PartitionChangeRecord, record type 5, versions 0 to 2.
public struct PartitionChangeRecord: LogMessage {
    public static let name = "PartitionChangeRecord"
    public static let recordType: Int16 = 5
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleFrom: Int16 = 0

    public var partitionId: Int32 = -1
    public var topicId: Uuid = .zero
    public var isr: [Int32]? = nil
    public var leader: Int32 = -2
    public var replicas: [Int32]? = nil
    public var removingReplicas: [Int32]? = nil
    public var addingReplicas: [Int32]? = nil
    public var leaderRecoveryState: Int8 = -1
    public var directories: [Uuid]? = nil
    public var eligibleLeaderReplicas: [Int32]? = nil
    public var lastKnownElr: [Int32]? = nil

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("partitionId", &partitionId)
        try w.field("topicId", &topicId)
        try w.tagged(0, isDefault: isr == nil) { (w) throws(WireError) in try w.field("isr", &isr) }
        try w.tagged(1, isDefault: leader == -2) { (w) throws(WireError) in try w.field("leader", &leader) }
        try w.tagged(2, isDefault: replicas == nil) { (w) throws(WireError) in try w.field("replicas", &replicas) }
        try w.tagged(3, isDefault: removingReplicas == nil) { (w) throws(WireError) in try w.field("removingReplicas", &removingReplicas) }
        try w.tagged(4, isDefault: addingReplicas == nil) { (w) throws(WireError) in try w.field("addingReplicas", &addingReplicas) }
        try w.tagged(5, isDefault: leaderRecoveryState == -1) { (w) throws(WireError) in try w.field("leaderRecoveryState", &leaderRecoveryState) }
        if v >= 2 {
            try w.tagged(6, isDefault: eligibleLeaderReplicas == nil) { (w) throws(WireError) in try w.field("eligibleLeaderReplicas", &eligibleLeaderReplicas)
            }
        }
        if v >= 2 { try w.tagged(7, isDefault: lastKnownElr == nil) { (w) throws(WireError) in try w.field("lastKnownElr", &lastKnownElr) } }
        if v >= 1 { try w.tagged(8, isDefault: directories == nil) { (w) throws(WireError) in try w.field("directories", &directories) } }
    }
}
