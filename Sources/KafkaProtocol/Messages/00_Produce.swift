/// Produce request, API key 0, versions 3 to 13, flexible from 9.
public struct ProduceRequest: Request {
    public static let name = "ProduceRequest"
    public typealias Response = ProduceResponse
    public static let apiKey = APIKey.produce
    public static let versions: ClosedRange<Int16> = 3...13
    public static let flexibleFrom: Int16 = 9

    public var transactionalId: String? = nil
    public var acks: Int16 = 0
    public var timeoutMs: Int32 = 0
    public var topicData: [TopicProduceData] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("transactionalId", &transactionalId)
        try w.field("acks", &acks)
        try w.field("timeoutMs", &timeoutMs)
        try w.field("topicData", &topicData)
    }

    public struct TopicProduceData: WireStruct {
        public var name: String = ""
        public var topicId: Uuid = .zero
        public var partitionData: [PartitionProduceData] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            let v = w.version
            if v <= 12 { try w.field("name", &name) }
            if v >= 13 { try w.field("topicId", &topicId) }
            try w.field("partitionData", &partitionData)
        }

        public struct PartitionProduceData: WireStruct {
            public var index: Int32 = 0
            public var records: RecordData? = nil

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("index", &index)
                try w.field("records", &records)
            }
        }
    }
}

/// Produce response, API key 0, versions 3 to 13, flexible from 9.
public struct ProduceResponse: ThrottledResponse {
    public static let name = "ProduceResponse"
    public static let apiKey = APIKey.produce
    public static let versions: ClosedRange<Int16> = 3...13
    public static let flexibleFrom: Int16 = 9

    public var responses: [TopicProduceResponse] = []
    public var throttleTimeMs: Int32 = 0
    public var nodeEndpoints: [NodeEndpoint] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("responses", &responses)
        try w.field("throttleTimeMs", &throttleTimeMs)
        if v >= 10 { try w.tagged(0, isDefault: nodeEndpoints.isEmpty) { (w) throws(WireError) in try w.field("nodeEndpoints", &nodeEndpoints) } }
    }

    public struct TopicProduceResponse: WireStruct {
        public var name: String = ""
        public var topicId: Uuid = .zero
        public var partitionResponses: [PartitionProduceResponse] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            let v = w.version
            if v <= 12 { try w.field("name", &name) }
            if v >= 13 { try w.field("topicId", &topicId) }
            try w.field("partitionResponses", &partitionResponses)
        }

        public struct PartitionProduceResponse: WireStruct {
            public var index: Int32 = 0
            public var errorCode: ErrorCode = .none
            public var baseOffset: Int64 = 0
            public var logAppendTimeMs: Int64 = -1
            public var logStartOffset: Int64 = -1
            public var recordErrors: [BatchIndexAndErrorMessage] = []
            public var errorMessage: String? = nil
            public var currentLeader: LeaderIdAndEpoch = LeaderIdAndEpoch()

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                let v = w.version
                try w.field("index", &index)
                try w.field("errorCode", &errorCode)
                try w.field("baseOffset", &baseOffset)
                try w.field("logAppendTimeMs", &logAppendTimeMs)
                if v >= 5 { try w.field("logStartOffset", &logStartOffset) }
                if v >= 8 {
                    try w.field("recordErrors", &recordErrors)
                    try w.field("errorMessage", &errorMessage)
                }
                if v >= 10 {
                    try w.tagged(0, isDefault: currentLeader == LeaderIdAndEpoch()) { (w) throws(WireError) in try w.field("currentLeader", &currentLeader) }
                }
            }

            public struct BatchIndexAndErrorMessage: WireStruct {
                public var batchIndex: Int32 = 0
                public var batchIndexErrorMessage: String? = nil

                public init() {}

                public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                    try w.field("batchIndex", &batchIndex)
                    try w.field("batchIndexErrorMessage", &batchIndexErrorMessage)
                }
            }

            public struct LeaderIdAndEpoch: WireStruct, Equatable {
                public var leaderId: Int32 = -1
                public var leaderEpoch: Int32 = -1

                public init() {}

                public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                    try w.field("leaderId", &leaderId)
                    try w.field("leaderEpoch", &leaderEpoch)
                }
            }
        }
    }

    public struct NodeEndpoint: WireStruct {
        public var nodeId: Int32 = 0
        public var host: String = ""
        public var port: Int32 = 0
        public var rack: String? = nil

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("nodeId", &nodeId)
            try w.field("host", &host)
            try w.field("port", &port)
            try w.field("rack", &rack)
        }
    }
}
