/// DescribeTransactions request, API key 65, version 0, flexible from 0.
public struct DescribeTransactionsRequest: Request {
    public static let name = "DescribeTransactionsRequest"
    public typealias Response = DescribeTransactionsResponse
    public static let apiKey = APIKey.describeTransactions
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var transactionalIds: [String] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("transactionalIds", &transactionalIds)
    }
}

/// DescribeTransactions response, API key 65, version 0, flexible from 0.
public struct DescribeTransactionsResponse: ThrottledResponse {
    public static let name = "DescribeTransactionsResponse"
    public static let apiKey = APIKey.describeTransactions
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var transactionStates: [TransactionState] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("transactionStates", &transactionStates)
    }

    public struct TransactionState: WireStruct {
        public var errorCode: ErrorCode = .none
        public var transactionalId: String = ""
        public var transactionState: String = ""
        public var transactionTimeoutMs: Int32 = 0
        public var transactionStartTimeMs: Int64 = 0
        public var producerId: Int64 = 0
        public var producerEpoch: Int16 = 0
        public var topics: [TopicData] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("errorCode", &errorCode)
            try w.field("transactionalId", &transactionalId)
            try w.field("transactionState", &transactionState)
            try w.field("transactionTimeoutMs", &transactionTimeoutMs)
            try w.field("transactionStartTimeMs", &transactionStartTimeMs)
            try w.field("producerId", &producerId)
            try w.field("producerEpoch", &producerEpoch)
            try w.field("topics", &topics)
        }

        public struct TopicData: WireStruct {
            public var topic: String = ""
            public var partitions: [Int32] = []

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("topic", &topic)
                try w.field("partitions", &partitions)
            }
        }
    }
}
