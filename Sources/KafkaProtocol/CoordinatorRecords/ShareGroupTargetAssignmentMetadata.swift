/// ShareGroupTargetAssignmentMetadataKey, record type 12, version 0.
public struct ShareGroupTargetAssignmentMetadataKey: LogMessage {
    public static let name = "ShareGroupTargetAssignmentMetadataKey"
    public static let recordType: Int16 = 12
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = .max

    public var groupId: String = ""

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("groupId", &groupId)
    }
}

/// ShareGroupTargetAssignmentMetadataValue, record type 12, version 0.
public struct ShareGroupTargetAssignmentMetadataValue: LogMessage {
    public static let name = "ShareGroupTargetAssignmentMetadataValue"
    public static let recordType: Int16 = 12
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
