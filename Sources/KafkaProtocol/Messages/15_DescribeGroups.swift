/// DescribeGroups request, API key 15, versions 0 to 6, flexible from 5.
public struct DescribeGroupsRequest: Request {
    public static let name = "DescribeGroupsRequest"
    public typealias Response = DescribeGroupsResponse
    public static let apiKey = APIKey.describeGroups
    public static let versions: ClosedRange<Int16> = 0...6
    public static let flexibleFrom: Int16 = 5

    public var groups: [String] = []
    public var includeAuthorizedOperations: Bool = false

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        try w.field("groups", &groups)
        if v >= 3 { try w.field("includeAuthorizedOperations", &includeAuthorizedOperations) }
    }
}

/// DescribeGroups response, API key 15, versions 0 to 6, flexible from 5.
public struct DescribeGroupsResponse: ThrottledResponse {
    public static let name = "DescribeGroupsResponse"
    public static let apiKey = APIKey.describeGroups
    public static let versions: ClosedRange<Int16> = 0...6
    public static let flexibleFrom: Int16 = 5

    public var throttleTimeMs: Int32 = 0
    public var groups: [DescribedGroup] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        if v >= 1 { try w.field("throttleTimeMs", &throttleTimeMs) }
        try w.field("groups", &groups)
    }

    public struct DescribedGroup: WireStruct {
        public var errorCode: ErrorCode = .none
        public var errorMessage: String? = nil
        public var groupId: String = ""
        public var groupState: String = ""
        public var protocolType: String = ""
        public var protocolData: String = ""
        public var members: [DescribedGroupMember] = []
        public var authorizedOperations: Int32 = -2147483648

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            let v = w.version
            try w.field("errorCode", &errorCode)
            if v >= 6 { try w.field("errorMessage", &errorMessage) }
            try w.field("groupId", &groupId)
            try w.field("groupState", &groupState)
            try w.field("protocolType", &protocolType)
            try w.field("protocolData", &protocolData)
            try w.field("members", &members)
            if v >= 3 { try w.field("authorizedOperations", &authorizedOperations) }
        }

        public struct DescribedGroupMember: WireStruct {
            public var memberId: String = ""
            public var groupInstanceId: String? = nil
            public var clientId: String = ""
            public var clientHost: String = ""
            public var memberMetadata: Bytes = .empty
            public var memberAssignment: Bytes = .empty

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                let v = w.version
                try w.field("memberId", &memberId)
                if v >= 4 { try w.field("groupInstanceId", &groupInstanceId) }
                try w.field("clientId", &clientId)
                try w.field("clientHost", &clientHost)
                try w.field("memberMetadata", &memberMetadata)
                try w.field("memberAssignment", &memberAssignment)
            }
        }
    }
}
