/// QuorumStateData, versions 0 to 1.
public struct QuorumStateData: Message {
    public static let name = "QuorumStateData"
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 0

    public var clusterId: String = ""
    public var leaderId: Int32 = -1
    public var leaderEpoch: Int32 = -1
    public var votedId: Int32 = -1
    public var votedDirectoryId: Uuid = .zero
    public var appliedOffset: Int64 = 0
    public var currentVoters: [Voter]? = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        if v <= 0 { try w.field("clusterId", &clusterId) }
        try w.field("leaderId", &leaderId)
        try w.field("leaderEpoch", &leaderEpoch)
        try w.field("votedId", &votedId)
        if v >= 1 { try w.field("votedDirectoryId", &votedDirectoryId) }
        if v <= 0 {
            try w.field("appliedOffset", &appliedOffset)
            try w.field("currentVoters", &currentVoters)
        }
    }

    public struct Voter: WireStruct {
        public var voterId: Int32 = 0

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("voterId", &voterId)
        }
    }
}
