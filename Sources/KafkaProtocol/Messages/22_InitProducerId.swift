/// InitProducerId request, API key 22, versions 0 to 6, flexible from 2.
public struct InitProducerIdRequest: Request {
    public static let name = "InitProducerIdRequest"
    public typealias Response = InitProducerIdResponse
    public static let apiKey = APIKey.initProducerId
    public static let versions: ClosedRange<Int16> = 0...6
    public static let flexibleFrom: Int16 = 2

    public var transactionalId: String? = ""
    public var transactionTimeoutMs: Int32 = 0
    public var producerId: Int64 = -1
    public var producerEpoch: Int16 = -1
    public var enable2Pc: Bool = false
    public var keepPreparedTxn: Bool = false

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("transactionalId", &transactionalId)
        try w.field("transactionTimeoutMs", &transactionTimeoutMs)
        if v >= 3 {
            try w.field("producerId", &producerId)
            try w.field("producerEpoch", &producerEpoch)
        }
        if v >= 6 {
            try w.field("enable2Pc", &enable2Pc)
            try w.field("keepPreparedTxn", &keepPreparedTxn)
        }
    }
}

/// InitProducerId response, API key 22, versions 0 to 6, flexible from 2.
public struct InitProducerIdResponse: ThrottledResponse {
    public static let name = "InitProducerIdResponse"
    public static let apiKey = APIKey.initProducerId
    public static let versions: ClosedRange<Int16> = 0...6
    public static let flexibleFrom: Int16 = 2

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var producerId: Int64 = -1
    public var producerEpoch: Int16 = 0
    public var ongoingTxnProducerId: Int64 = -1
    public var ongoingTxnProducerEpoch: Int16 = -1

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("errorCode", &errorCode)
        try w.field("producerId", &producerId)
        try w.field("producerEpoch", &producerEpoch)
        if v >= 6 {
            try w.field("ongoingTxnProducerId", &ongoingTxnProducerId)
            try w.field("ongoingTxnProducerEpoch", &ongoingTxnProducerEpoch)
        }
    }
}
