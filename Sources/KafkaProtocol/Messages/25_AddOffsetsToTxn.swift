/// AddOffsetsToTxn request, API key 25, versions 0 to 4, flexible from 3.
public struct AddOffsetsToTxnRequest: Request {
    public static let name = "AddOffsetsToTxnRequest"
    public typealias Response = AddOffsetsToTxnResponse
    public static let apiKey = APIKey.addOffsetsToTxn
    public static let versions: ClosedRange<Int16> = 0...4
    public static let flexibleFrom: Int16 = 3

    public var transactionalId: String = ""
    public var producerId: Int64 = 0
    public var producerEpoch: Int16 = 0
    public var groupId: String = ""

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("transactionalId", &transactionalId)
        try w.field("producerId", &producerId)
        try w.field("producerEpoch", &producerEpoch)
        try w.field("groupId", &groupId)
    }
}

/// AddOffsetsToTxn response, API key 25, versions 0 to 4, flexible from 3.
public struct AddOffsetsToTxnResponse: ThrottledResponse {
    public static let name = "AddOffsetsToTxnResponse"
    public static let apiKey = APIKey.addOffsetsToTxn
    public static let versions: ClosedRange<Int16> = 0...4
    public static let flexibleFrom: Int16 = 3

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("errorCode", &errorCode)
    }
}
