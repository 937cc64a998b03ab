/// EndTxn request, API key 26, versions 0 to 5, flexible from 3.
public struct EndTxnRequest: Request {
    public static let name = "EndTxnRequest"
    public typealias Response = EndTxnResponse
    public static let apiKey = APIKey.endTxn
    public static let versions: ClosedRange<Int16> = 0...5
    public static let flexibleFrom: Int16 = 3

    public var transactionalId: String = ""
    public var producerId: Int64 = 0
    public var producerEpoch: Int16 = 0
    public var committed: Bool = false

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("transactionalId", &transactionalId)
        try w.field("producerId", &producerId)
        try w.field("producerEpoch", &producerEpoch)
        try w.field("committed", &committed)
    }
}

/// EndTxn response, API key 26, versions 0 to 5, flexible from 3.
public struct EndTxnResponse: ThrottledResponse {
    public static let name = "EndTxnResponse"
    public static let apiKey = APIKey.endTxn
    public static let versions: ClosedRange<Int16> = 0...5
    public static let flexibleFrom: Int16 = 3

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var producerId: Int64 = -1
    public var producerEpoch: Int16 = -1

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("errorCode", &errorCode)
        if v >= 5 {
            try w.field("producerId", &producerId)
            try w.field("producerEpoch", &producerEpoch)
        }
    }
}
