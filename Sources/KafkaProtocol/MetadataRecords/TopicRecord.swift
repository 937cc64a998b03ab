/// TopicRecord, record type 2, version 0.
public struct TopicRecord: LogMessage {
    public static let name = "TopicRecord"
    public static let recordType: Int16 = 2
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var name: String = ""
    public var topicId: Uuid = .zero

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("name", &name)
        try w.field("topicId", &topicId)
    }
}
