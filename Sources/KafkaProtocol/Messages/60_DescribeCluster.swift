/// DescribeCluster request, API key 60, versions 0 to 2, flexible from 0.
public struct DescribeClusterRequest: Request {
    public static let name = "DescribeClusterRequest"
    public typealias Response = DescribeClusterResponse
    public static let apiKey = APIKey.describeCluster
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleFrom: Int16 = 0

    public var includeClusterAuthorizedOperations: Bool = false
    public var endpointType: Int8 = 1
    public var includeFencedBrokers: Bool = false

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("includeClusterAuthorizedOperations", &includeClusterAuthorizedOperations)
        if v >= 1 { try w.field("endpointType", &endpointType) }
        if v >= 2 { try w.field("includeFencedBrokers", &includeFencedBrokers) }
    }
}

/// DescribeCluster response, API key 60, versions 0 to 2, flexible from 0.
public struct DescribeClusterResponse: ThrottledResponse {
    public static let name = "DescribeClusterResponse"
    public static let apiKey = APIKey.describeCluster
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var errorMessage: String? = nil
    public var endpointType: Int8 = 1
    public var clusterId: String = ""
    public var controllerId: Int32 = -1
    public var brokers: [DescribeClusterBroker] = []
    public var clusterAuthorizedOperations: Int32 = -2147483648

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("errorCode", &errorCode)
        try w.field("errorMessage", &errorMessage)
        if v >= 1 { try w.field("endpointType", &endpointType) }
        try w.field("clusterId", &clusterId)
        try w.field("controllerId", &controllerId)
        try w.field("brokers", &brokers)
        try w.field("clusterAuthorizedOperations", &clusterAuthorizedOperations)
    }

    public struct DescribeClusterBroker: WireStruct {
        public var brokerId: Int32 = 0
        public var host: String = ""
        public var port: Int32 = 0
        public var rack: String? = nil
        public var isFenced: Bool = false

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            let v = w.version
            try w.field("brokerId", &brokerId)
            try w.field("host", &host)
            try w.field("port", &port)
            try w.field("rack", &rack)
            if v >= 2 { try w.field("isFenced", &isFenced) }
        }
    }
}
