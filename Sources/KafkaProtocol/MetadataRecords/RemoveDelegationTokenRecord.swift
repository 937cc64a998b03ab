/// RemoveDelegationTokenRecord, record type 26, version 0.
public struct RemoveDelegationTokenRecord: LogMessage {
    public static let name = "RemoveDelegationTokenRecord"
    public static let recordType: Int16 = 26
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var tokenId: String = ""

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("tokenId", &tokenId)
    }
}
