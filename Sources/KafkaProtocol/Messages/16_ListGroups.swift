/// ListGroups request, API key 16, versions 0 to 5, flexible from 3.
public struct ListGroupsRequest: Request {
    public static let name = "ListGroupsRequest"
    public typealias Response = ListGroupsResponse
    public static let apiKey = APIKey.listGroups
    public static let versions: ClosedRange<Int16> = 0...5
    public static let flexibleFrom: Int16 = 3

    public var statesFilter: [String] = []
    public var typesFilter: [String] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        if v >= 4 { try w.field("statesFilter", &statesFilter) }
        if v >= 5 { try w.field("typesFilter", &typesFilter) }
    }
}

/// ListGroups response, API key 16, versions 0 to 5, flexible from 3.
public struct ListGroupsResponse: ThrottledResponse {
    public static let name = "ListGroupsResponse"
    public static let apiKey = APIKey.listGroups
    public static let versions: ClosedRange<Int16> = 0...5
    public static let flexibleFrom: Int16 = 3

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var groups: [ListedGroup] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        let v = w.version
        if v >= 1 { try w.field("throttleTimeMs", &throttleTimeMs) }
        try w.field("errorCode", &errorCode)
        try w.field("groups", &groups)
    }

    public struct ListedGroup: WireStruct {
        public var groupId: String = ""
        public var protocolType: String = ""
        public var groupState: String = ""
        public var groupType: String = ""

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            let v = w.version
            try w.field("groupId", &groupId)
            try w.field("protocolType", &protocolType)
            if v >= 4 { try w.field("groupState", &groupState) }
            if v >= 5 { try w.field("groupType", &groupType) }
        }
    }
}
