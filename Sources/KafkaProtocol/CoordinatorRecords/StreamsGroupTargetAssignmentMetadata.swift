/// StreamsGroupTargetAssignmentMetadataKey, record type 20, version 0.
public struct StreamsGroupTargetAssignmentMetadataKey: LogMessage {
    public static let name = "StreamsGroupTargetAssignmentMetadataKey"
    public static let recordType: Int16 = 20
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = .max

    public var groupId: String = ""

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("groupId", &groupId)
    }
}

/// StreamsGroupTargetAssignmentMetadataValue, record type 20, version 0.
public struct StreamsGroupTargetAssignmentMetadataValue: LogMessage {
    public static let name = "StreamsGroupTargetAssignmentMetadataValue"
    public static let recordType: Int16 = 20
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var assignmentEpoch: Int32 = 0
    public var assignmentTimestamp: Int64 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("assignmentEpoch", &assignmentEpoch)
        try w.tagged(0, isDefault: assignmentTimestamp == 0) { (w) throws(WireError) in try w.field("assignmentTimestamp", &assignmentTimestamp) }
    }
}
