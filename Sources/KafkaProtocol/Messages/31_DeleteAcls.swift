/// DeleteAcls request, API key 31, versions 1 to 3, flexible from 2.
public struct DeleteAclsRequest: Request {
    public static let name = "DeleteAclsRequest"
    public typealias Response = DeleteAclsResponse
    public static let apiKey = APIKey.deleteAcls
    public static let versions: ClosedRange<Int16> = 1...3
    public static let flexibleFrom: Int16 = 2

    public var filters: [DeleteAclsFilter] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("filters", &filters)
    }

    public struct DeleteAclsFilter: WireStruct {
        public var resourceTypeFilter: Int8 = 0
        public var resourceNameFilter: String? = ""
        public var patternTypeFilter: Int8 = 3
        public var principalFilter: String? = ""
        public var hostFilter: String? = ""
        public var operation: Int8 = 0
        public var permissionType: Int8 = 0

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("resourceTypeFilter", &resourceTypeFilter)
            try w.field("resourceNameFilter", &resourceNameFilter)
            try w.field("patternTypeFilter", &patternTypeFilter)
            try w.field("principalFilter", &principalFilter)
            try w.field("hostFilter", &hostFilter)
            try w.field("operation", &operation)
            try w.field("permissionType", &permissionType)
        }
    }
}

/// DeleteAcls response, API key 31, versions 1 to 3, flexible from 2.
public struct DeleteAclsResponse: ThrottledResponse {
    public static let name = "DeleteAclsResponse"
    public static let apiKey = APIKey.deleteAcls
    public static let versions: ClosedRange<Int16> = 1...3
    public static let flexibleFrom: Int16 = 2

    public var throttleTimeMs: Int32 = 0
    public var filterResults: [DeleteAclsFilterResult] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("filterResults", &filterResults)
    }

    public struct DeleteAclsFilterResult: WireStruct {
        public var errorCode: ErrorCode = .none
        public var errorMessage: String? = ""
        public var matchingAcls: [DeleteAclsMatchingAcl] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("errorCode", &errorCode)
            try w.field("errorMessage", &errorMessage)
            try w.field("matchingAcls", &matchingAcls)
        }

        public struct DeleteAclsMatchingAcl: WireStruct {
            public var errorCode: ErrorCode = .none
            public var errorMessage: String? = ""
            public var resourceType: Int8 = 0
            public var resourceName: String = ""
            public var patternType: Int8 = 3
            public var principal: String = ""
            public var host: String = ""
            public var operation: Int8 = 0
            public var permissionType: Int8 = 0

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("errorCode", &errorCode)
                try w.field("errorMessage", &errorMessage)
                try w.field("resourceType", &resourceType)
                try w.field("resourceName", &resourceName)
                try w.field("patternType", &patternType)
                try w.field("principal", &principal)
                try w.field("host", &host)
                try w.field("operation", &operation)
                try w.field("permissionType", &permissionType)
            }
        }
    }
}
