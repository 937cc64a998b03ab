/// DeleteShareGroupState request, API key 86, version 0, flexible from 0.
public struct DeleteShareGroupStateRequest: Request {
    public static let name = "DeleteShareGroupStateRequest"
    public typealias Response = DeleteShareGroupStateResponse
    public static let apiKey = APIKey.deleteShareGroupState
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var groupId: String = ""
    public var topics: [DeleteStateData] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("groupId", &groupId)
        try w.field("topics", &topics)
    }

    public struct DeleteStateData: WireStruct {
        public var topicId: Uuid = .zero
        public var partitions: [PartitionData] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicId", &topicId)
            try w.field("partitions", &partitions)
        }

        public struct PartitionData: WireStruct {
            public var partition: Int32 = 0

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("partition", &partition)
            }
        }
    }
}

/// DeleteShareGroupState response, API key 86, version 0, flexible from 0.
public struct DeleteShareGroupStateResponse: UnthrottledResponse {
    public static let name = "DeleteShareGroupStateResponse"
    public static let apiKey = APIKey.deleteShareGroupState
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var results: [DeleteStateResult] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("results", &results)
    }

    public struct DeleteStateResult: WireStruct {
        public var topicId: Uuid = .zero
        public var partitions: [PartitionResult] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicId", &topicId)
            try w.field("partitions", &partitions)
        }

        public struct PartitionResult: WireStruct {
            public var partition: Int32 = 0
            public var errorCode: ErrorCode = .none
            public var errorMessage: String? = nil

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("partition", &partition)
                try w.field("errorCode", &errorCode)
                try w.field("errorMessage", &errorMessage)
            }
        }
    }
}
