/// ConsumerGroupRegularExpressionKey, record type 16, version 0.
public struct ConsumerGroupRegularExpressionKey: LogMessage {
    public static let name = "ConsumerGroupRegularExpressionKey"
    public static let recordType: Int16 = 16
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = .max

    public var groupId: String = ""
    public var regularExpression: String = ""

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("groupId", &groupId)
        try w.field("regularExpression", &regularExpression)
    }
}

/// ConsumerGroupRegularExpressionValue, record type 16, version 0.
public struct ConsumerGroupRegularExpressionValue: LogMessage {
    public static let name = "ConsumerGroupRegularExpressionValue"
    public static let recordType: Int16 = 16
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var topics: [String] = []
    public var version: Int64 = 0
    public var timestamp: Int64 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("topics", &topics)
        try w.field("version", &version)
        try w.field("timestamp", &timestamp)
    }
}
