/// BrokerRegistrationChangeRecord, record type 17, versions 0 to 3.
public struct BrokerRegistrationChangeRecord: LogMessage {
    public static let name = "BrokerRegistrationChangeRecord"
    public static let recordType: Int16 = 17
    public static let versions: ClosedRange<Int16> = 0...3
    public static let flexibleFrom: Int16 = 0

    public var brokerId: Int32 = 0
    public var brokerEpoch: Int64 = 0
    public var fenced: Int8 = 0
    public var inControlledShutdown: Int8 = 0
    public var logDirs: [Uuid] = []
    public var cordonedLogDirs: [Uuid]? = nil

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("brokerId", &brokerId)
        try w.field("brokerEpoch", &brokerEpoch)
        try w.tagged(0, isDefault: fenced == 0) { (w) throws(WireError) in try w.field("fenced", &fenced) }
        if v >= 1 {
            try w.tagged(1, isDefault: inControlledShutdown == 0) { (w) throws(WireError) in try w.field("inControlledShutdown", &inControlledShutdown) }
        }
        if v >= 2 { try w.tagged(2, isDefault: logDirs.isEmpty) { (w) throws(WireError) in try w.field("logDirs", &logDirs) } }
        if v >= 3 { try w.tagged(3, isDefault: cordonedLogDirs == nil) { (w) throws(WireError) in try w.field("cordonedLogDirs", &cordonedLogDirs) } }
    }
}
