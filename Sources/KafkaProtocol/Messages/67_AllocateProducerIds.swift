/// AllocateProducerIds request, API key 67, version 0, flexible from 0.
public struct AllocateProducerIdsRequest: Request {
    public static let name = "AllocateProducerIdsRequest"
    public typealias Response = AllocateProducerIdsResponse
    public static let apiKey = APIKey.allocateProducerIds
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var brokerId: Int32 = 0
    public var brokerEpoch: Int64 = -1

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("brokerId", &brokerId)
        try w.field("brokerEpoch", &brokerEpoch)
    }
}

/// AllocateProducerIds response, API key 67, version 0, flexible from 0.
public struct AllocateProducerIdsResponse: ThrottledResponse {
    public static let name = "AllocateProducerIdsResponse"
    public static let apiKey = APIKey.allocateProducerIds
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var producerIdStart: Int64 = 0
    public var producerIdLen: Int32 = 0

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("errorCode", &errorCode)
        try w.field("producerIdStart", &producerIdStart)
        try w.field("producerIdLen", &producerIdLen)
    }
}
