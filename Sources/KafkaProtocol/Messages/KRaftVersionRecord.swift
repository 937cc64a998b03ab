/// KRaftVersionRecord, version 0; carried inside other messages and records.
public struct KRaftVersionRecord: Message {
    public static let name = "KRaftVersionRecord"
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var version: Int16 = 0
    public var kRaftVersion: Int16 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("version", &version)
        try w.field("kRaftVersion", &kRaftVersion)
    }
}
