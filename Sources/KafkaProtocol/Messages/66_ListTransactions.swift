/// ListTransactions request, API key 66, versions 0 to 2, flexible from 0.
public struct ListTransactionsRequest: Request {
    public static let name = "ListTransactionsRequest"
    public typealias Response = ListTransactionsResponse
    public static let apiKey = APIKey.listTransactions
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleFrom: Int16 = 0

    public var stateFilters: [String] = []
    public var producerIdFilters: [Int64] = []
    public var durationFilter: Int64 = -1
    public var transactionalIdPattern: String? = nil

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("stateFilters", &stateFilters)
        try w.field("producerIdFilters", &producerIdFilters)
        if v >= 1 { try w.field("durationFilter", &durationFilter) }
        if v >= 2 { try w.field("transactionalIdPattern", &transactionalIdPattern) }
    }
}

/// ListTransactions response, API key 66, versions 0 to 2, flexible from 0.
public struct ListTransactionsResponse: ThrottledResponse {
    public static let name = "ListTransactionsResponse"
    public static let apiKey = APIKey.listTransactions
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var unknownStateFilters: [String] = []
    public var transactionStates: [TransactionState] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("errorCode", &errorCode)
        try w.field("unknownStateFilters", &unknownStateFilters)
        try w.field("transactionStates", &transactionStates)
    }

    public struct TransactionState: WireStruct {
        public var transactionalId: String = ""
        public var producerId: Int64 = 0
        public var transactionState: String = ""

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("transactionalId", &transactionalId)
            try w.field("producerId", &producerId)
            try w.field("transactionState", &transactionState)
        }
    }
}
