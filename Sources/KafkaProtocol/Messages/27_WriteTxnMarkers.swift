/// WriteTxnMarkers request, API key 27, versions 1 to 2, flexible from 1.
public struct WriteTxnMarkersRequest: Request {
    public static let name = "WriteTxnMarkersRequest"
    public typealias Response = WriteTxnMarkersResponse
    public static let apiKey = APIKey.writeTxnMarkers
    public static let versions: ClosedRange<Int16> = 1...2
    public static let flexibleFrom: Int16 = 1

    public var markers: [WritableTxnMarker] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("markers", &markers)
    }

    public struct WritableTxnMarker: WireStruct {
        public var producerId: Int64 = 0
        public var producerEpoch: Int16 = 0
        public var transactionResult: Bool = false
        public var topics: [WritableTxnMarkerTopic] = []
        public var coordinatorEpoch: Int32 = 0
        public var transactionVersion: Int8 = 0

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            let v = w.version
            try w.field("producerId", &producerId)
            try w.field("producerEpoch", &producerEpoch)
            try w.field("transactionResult", &transactionResult)
            try w.field("topics", &topics)
            try w.field("coordinatorEpoch", &coordinatorEpoch)
            if v >= 2 { try w.field("transactionVersion", &transactionVersion) }
        }

        public struct WritableTxnMarkerTopic: WireStruct {
            public var name: String = ""
            public var partitionIndexes: [Int32] = []

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("name", &name)
                try w.field("partitionIndexes", &partitionIndexes)
            }
        }
    }
}

/// WriteTxnMarkers response, API key 27, versions 1 to 2, flexible from 1.
public struct WriteTxnMarkersResponse: UnthrottledResponse {
    public static let name = "WriteTxnMarkersResponse"
    public static let apiKey = APIKey.writeTxnMarkers
    public static let versions: ClosedRange<Int16> = 1...2
    public static let flexibleFrom: Int16 = 1

    public var markers: [WritableTxnMarkerResult] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("markers", &markers)
    }

    public struct WritableTxnMarkerResult: WireStruct {
        public var producerId: Int64 = 0
        public var topics: [WritableTxnMarkerTopicResult] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("producerId", &producerId)
            try w.field("topics", &topics)
        }

        public struct WritableTxnMarkerTopicResult: WireStruct {
            public var name: String = ""
            public var partitions: [WritableTxnMarkerPartitionResult] = []

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("name", &name)
                try w.field("partitions", &partitions)
            }

            public struct WritableTxnMarkerPartitionResult: WireStruct {
                public var partitionIndex: Int32 = 0
                public var errorCode: ErrorCode = .none

                public init() {}

                public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                    try w.field("partitionIndex", &partitionIndex)
                    try w.field("errorCode", &errorCode)
                }
            }
        }
    }
}
