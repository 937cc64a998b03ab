/// RemoveTopicRecord, record type 9, version 0.
public struct RemoveTopicRecord: LogMessage {
    public static let name = "RemoveTopicRecord"
    public static let recordType: Int16 = 9
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var topicId: Uuid = .zero

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("topicId", &topicId)
    }
}
