/// DeleteGroups request, API key 42, versions 0 to 2, flexible from 2.
public struct DeleteGroupsRequest: Request {
    public static let name = "DeleteGroupsRequest"
    public typealias Response = DeleteGroupsResponse
    public static let apiKey = APIKey.deleteGroups
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleFrom: Int16 = 2

    public var groupsNames: [String] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("groupsNames", &groupsNames)
    }
}

/// DeleteGroups response, API key 42, versions 0 to 2, flexible from 2.
public struct DeleteGroupsResponse: ThrottledResponse {
    public static let name = "DeleteGroupsResponse"
    public static let apiKey = APIKey.deleteGroups
    public static let versions: ClosedRange<Int16> = 0...2
    public static let flexibleFrom: Int16 = 2

    public var throttleTimeMs: Int32 = 0
    public var results: [DeletableGroupResult] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("results", &results)
    }

    public struct DeletableGroupResult: WireStruct {
        public var groupId: String = ""
        public var errorCode: ErrorCode = .none

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("groupId", &groupId)
            try w.field("errorCode", &errorCode)
        }
    }
}
