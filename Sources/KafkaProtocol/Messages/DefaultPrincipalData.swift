/// DefaultPrincipalData, version 0; carried inside other messages and records.
public struct DefaultPrincipalData: Message {
    public static let name = "DefaultPrincipalData"
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var type: String = ""
    public var name: String = ""
    public var tokenAuthenticated: Bool = false

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("type", &type)
        try w.field("name", &name)
        try w.field("tokenAuthenticated", &tokenAuthenticated)
    }
}
