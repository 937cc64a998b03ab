/// ClearElrRecord, record type 28, version 0.
public struct ClearElrRecord: LogMessage {
    public static let name = "ClearElrRecord"
    public static let recordType: Int16 = 28
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var topicName: String = ""

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("topicName", &topicName)
    }
}
