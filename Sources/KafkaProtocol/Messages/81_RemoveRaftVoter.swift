/// RemoveRaftVoter request, API key 81, version 0, flexible from 0.
public struct RemoveRaftVoterRequest: Request {
    public static let name = "RemoveRaftVoterRequest"
    public typealias Response = RemoveRaftVoterResponse
    public static let apiKey = APIKey.removeRaftVoter
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var clusterId: String? = ""
    public var voterId: Int32 = 0
    public var voterDirectoryId: Uuid = .zero

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("clusterId", &clusterId)
        try w.field("voterId", &voterId)
        try w.field("voterDirectoryId", &voterDirectoryId)
    }
}

/// RemoveRaftVoter response, API key 81, version 0, flexible from 0.
public struct RemoveRaftVoterResponse: ThrottledResponse {
    public static let name = "RemoveRaftVoterResponse"
    public static let apiKey = APIKey.removeRaftVoter
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var errorMessage: String? = ""

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("errorCode", &errorCode)
        try w.field("errorMessage", &errorMessage)
    }
}
