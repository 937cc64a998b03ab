/// RemoveUserScramCredentialRecord, record type 22, version 0.
public struct RemoveUserScramCredentialRecord: LogMessage {
    public static let name = "RemoveUserScramCredentialRecord"
    public static let recordType: Int16 = 22
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var name: String = ""
    public var mechanism: Int8 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("name", &name)
        try w.field("mechanism", &mechanism)
    }
}
