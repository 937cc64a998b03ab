/// LeaderChangeMessage, versions 0 to 1; carried inside other messages and records.
public struct LeaderChangeMessage: Message {
    public static let name = "LeaderChangeMessage"
    public static let versions: ClosedRange<Int16> = 0...1
    public static let flexibleFrom: Int16 = 0

    public var version: Int16 = 0
    public var leaderId: Int32 = 0
    public var voters: [Voter] = []
    public var grantingVoters: [Voter] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("version", &version)
        try w.field("leaderId", &leaderId)
        try w.field("voters", &voters)
        try w.field("grantingVoters", &grantingVoters)
    }

    public struct Voter: WireStruct {
        public var voterId: Int32 = 0
        public var voterDirectoryId: Uuid = .zero

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            let v = w.version
            try w.field("voterId", &voterId)
            if v >= 1 { try w.field("voterDirectoryId", &voterDirectoryId) }
        }
    }
}
