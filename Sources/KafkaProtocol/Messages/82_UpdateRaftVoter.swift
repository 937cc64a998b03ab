/// UpdateRaftVoter request, API key 82, version 0, flexible from 0.
public struct UpdateRaftVoterRequest: Request {
    public static let name = "UpdateRaftVoterRequest"
    public typealias Response = UpdateRaftVoterResponse
    public static let apiKey = APIKey.updateRaftVoter
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var clusterId: String? = ""
    public var currentLeaderEpoch: Int32 = 0
    public var voterId: Int32 = 0
    public var voterDirectoryId: Uuid = .zero
    public var listeners: [Listener] = []
    public var kRaftVersionFeature: KRaftVersionFeature = KRaftVersionFeature()

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("clusterId", &clusterId)
        try w.field("currentLeaderEpoch", &currentLeaderEpoch)
        try w.field("voterId", &voterId)
        try w.field("voterDirectoryId", &voterDirectoryId)
        try w.field("listeners", &listeners)
        try w.field("kRaftVersionFeature", &kRaftVersionFeature)
    }

    public struct Listener: WireStruct {
        public var name: String = ""
        public var host: String = ""
        public var port: UInt16 = 0

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("host", &host)
            try w.field("port", &port)
        }
    }

    public struct KRaftVersionFeature: WireStruct {
        public var minSupportedVersion: Int16 = 0
        public var maxSupportedVersion: Int16 = 0

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("minSupportedVersion", &minSupportedVersion)
            try w.field("maxSupportedVersion", &maxSupportedVersion)
        }
    }
}

/// UpdateRaftVoter response, API key 82, version 0, flexible from 0.
public struct UpdateRaftVoterResponse: ThrottledResponse {
    public static let name = "UpdateRaftVoterResponse"
    public static let apiKey = APIKey.updateRaftVoter
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var currentLeader: CurrentLeader = CurrentLeader()

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("errorCode", &errorCode)
        try w.tagged(0, isDefault: currentLeader == CurrentLeader()) { (w) throws(WireError) in try w.field("currentLeader", &currentLeader) }
    }

    public struct CurrentLeader: WireStruct, Equatable {
        public var leaderId: Int32 = -1
        public var leaderEpoch: Int32 = -1
        public var host: String = ""
        public var port: Int32 = 0

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("leaderId", &leaderId)
            try w.field("leaderEpoch", &leaderEpoch)
            try w.field("host", &host)
            try w.field("port", &port)
        }
    }
}
