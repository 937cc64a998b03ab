/// AddPartitionsToTxn request, API key 24, versions 0 to 5, flexible from 3.
public struct AddPartitionsToTxnRequest: Request {
    public static let name = "AddPartitionsToTxnRequest"
    public typealias Response = AddPartitionsToTxnResponse
    public static let apiKey = APIKey.addPartitionsToTxn
    public static let versions: ClosedRange<Int16> = 0...5
    public static let flexibleFrom: Int16 = 3

    public var transactions: [AddPartitionsToTxnTransaction] = []
    public var v3AndBelowTransactionalId: String = ""
    public var v3AndBelowProducerId: Int64 = 0
    public var v3AndBelowProducerEpoch: Int16 = 0
    public var v3AndBelowTopics: [AddPartitionsToTxnTopic] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        if v >= 4 { try w.field("transactions", &transactions) }
        if v <= 3 {
            try w.field("v3AndBelowTransactionalId", &v3AndBelowTransactionalId)
            try w.field("v3AndBelowProducerId", &v3AndBelowProducerId)
            try w.field("v3AndBelowProducerEpoch", &v3AndBelowProducerEpoch)
            try w.field("v3AndBelowTopics", &v3AndBelowTopics)
        }
    }

    public struct AddPartitionsToTxnTransaction: WireStruct {
        public var transactionalId: String = ""
        public var producerId: Int64 = 0
        public var producerEpoch: Int16 = 0
        public var verifyOnly: Bool = false
        public var topics: [AddPartitionsToTxnTopic] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("transactionalId", &transactionalId)
            try w.field("producerId", &producerId)
            try w.field("producerEpoch", &producerEpoch)
            try w.field("verifyOnly", &verifyOnly)
            try w.field("topics", &topics)
        }
    }

    public struct AddPartitionsToTxnTopic: WireStruct {
        public var name: String = ""
        public var partitions: [Int32] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("partitions", &partitions)
        }
    }
}

/// AddPartitionsToTxn response, API key 24, versions 0 to 5, flexible from 3.
public struct AddPartitionsToTxnResponse: ThrottledResponse {
    public static let name = "AddPartitionsToTxnResponse"
    public static let apiKey = APIKey.addPartitionsToTxn
    public static let versions: ClosedRange<Int16> = 0...5
    public static let flexibleFrom: Int16 = 3

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var resultsByTransaction: [AddPartitionsToTxnResult] = []
    public var resultsByTopicV3AndBelow: [AddPartitionsToTxnTopicResult] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("throttleTimeMs", &throttleTimeMs)
        if v >= 4 {
            try w.field("errorCode", &errorCode)
            try w.field("resultsByTransaction", &resultsByTransaction)
        }
        if v <= 3 { try w.field("resultsByTopicV3AndBelow", &resultsByTopicV3AndBelow) }
    }

    public struct AddPartitionsToTxnResult: WireStruct {
        public var transactionalId: String = ""
        public var topicResults: [AddPartitionsToTxnTopicResult] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("transactionalId", &transactionalId)
            try w.field("topicResults", &topicResults)
        }
    }

    public struct AddPartitionsToTxnTopicResult: WireStruct {
        public var name: String = ""
        public var resultsByPartition: [AddPartitionsToTxnPartitionResult] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("resultsByPartition", &resultsByPartition)
        }
    }

    public struct AddPartitionsToTxnPartitionResult: WireStruct {
        public var partitionIndex: Int32 = 0
        public var partitionErrorCode: ErrorCode = .none

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("partitionIndex", &partitionIndex)
            try w.field("partitionErrorCode", &partitionErrorCode)
        }
    }
}
