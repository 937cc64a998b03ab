/// DelegationTokenRecord, record type 10, version 0.
public struct DelegationTokenRecord: LogMessage, Equatable {
    public static let name = "DelegationTokenRecord"
    public static let recordType: Int16 = 10
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var owner: String = ""
    public var requester: String = ""
    public var renewers: [String] = []
    public var issueTimestamp: Int64 = 0
    public var maxTimestamp: Int64 = 0
    public var expirationTimestamp: Int64 = 0
    public var tokenId: String = ""

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("owner", &owner)
        try w.field("requester", &requester)
        try w.field("renewers", &renewers)
        try w.field("issueTimestamp", &issueTimestamp)
        try w.field("maxTimestamp", &maxTimestamp)
        try w.field("expirationTimestamp", &expirationTimestamp)
        try w.field("tokenId", &tokenId)
    }
}
