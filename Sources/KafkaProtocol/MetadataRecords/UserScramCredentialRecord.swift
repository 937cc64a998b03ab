/// UserScramCredentialRecord, record type 11, version 0.
public struct UserScramCredentialRecord: LogMessage, Equatable {
    public static let name = "UserScramCredentialRecord"
    public static let recordType: Int16 = 11
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var name: String = ""
    public var mechanism: Int8 = 0
    public var salt: Bytes = .empty
    public var storedKey: Bytes = .empty
    public var serverKey: Bytes = .empty
    public var iterations: Int32 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("name", &name)
        try w.field("mechanism", &mechanism)
        try w.field("salt", &salt)
        try w.field("storedKey", &storedKey)
        try w.field("serverKey", &serverKey)
        try w.field("iterations", &iterations)
    }
}
