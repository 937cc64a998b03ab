/// ControlRecordTypeSchema, version 0; carried inside other messages and records.
public struct ControlRecordTypeSchema: Message {
    public static let name = "ControlRecordTypeSchema"
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = .max

    public var type: Int16 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("type", &type)
    }
}
