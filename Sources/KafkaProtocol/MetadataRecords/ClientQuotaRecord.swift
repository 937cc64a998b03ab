/// ClientQuotaRecord, record type 14, version 0.
public struct ClientQuotaRecord: LogMessage {
    public static let name = "ClientQuotaRecord"
    public static let recordType: Int16 = 14
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var entity: [EntityData] = []
    public var key: String = ""
    public var value: Double = 0
    public var remove: Bool = false

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("entity", &entity)
        try w.field("key", &key)
        try w.field("value", &value)
        try w.field("remove", &remove)
    }

    public struct EntityData: WireStruct {
        public var entityType: String = ""
        public var entityName: String? = ""

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("entityType", &entityType)
            try w.field("entityName", &entityName)
        }
    }
}
