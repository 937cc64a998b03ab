/// InitializeShareGroupState request, API key 83, version 0, flexible from 0.
public struct InitializeShareGroupStateRequest: Request {
    public static let name = "InitializeShareGroupStateRequest"
    public typealias Response = InitializeShareGroupStateResponse
    public static let apiKey = APIKey.initializeShareGroupState
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var groupId: String = ""
    public var topics: [InitializeStateData] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("groupId", &groupId)
        try w.field("topics", &topics)
    }

    public struct InitializeStateData: WireStruct {
        public var topicId: Uuid = .zero
        public var partitions: [PartitionData] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topicId", &topicId)
            try w.field("partitions", &partitions)
        }

        public struct PartitionData: WireStruct {
            public var partition: Int32 = 0
            public var stateEpoch: Int32 = 0
            public var startOffset: Int64 = 0

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("partition", &partition)
                try w.field("stateEpoch", &stateEpoch)
                try w.field("startOffset", &startOffset)
            }
        }
    }
}

/// InitializeShareGroupState response, API key 83, version 0, flexible from 0.
public struct InitializeShareGroupStateResponse: UnthrottledResponse {
    public static let name = "InitializeShareGroupStateResponse"
    public static let apiKey = APIKey.initializeShareGroupState
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var results: [InitializeStateResult] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("results", &results)
    }

    public struct InitializeStateResult: WireStruct {
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
