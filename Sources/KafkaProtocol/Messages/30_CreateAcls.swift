/// CreateAcls request, API key 30, versions 1 to 3, flexible from 2.
public struct CreateAclsRequest: Request {
    public static let name = "CreateAclsRequest"
    public typealias Response = CreateAclsResponse
    public static let apiKey = APIKey.createAcls
    public static let versions: ClosedRange<Int16> = 1...3
    public static let flexibleFrom: Int16 = 2

    public var creations: [AclCreation] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("creations", &creations)
    }

    public struct AclCreation: WireStruct {
        public var resourceType: Int8 = 0
        public var resourceName: String = ""
        public var resourcePatternType: Int8 = 3
        public var principal: String = ""
        public var host: String = ""
        public var operation: Int8 = 0
        public var permissionType: Int8 = 0

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("resourceType", &resourceType)
            try w.field("resourceName", &resourceName)
            try w.field("resourcePatternType", &resourcePatternType)
            try w.field("principal", &principal)
            try w.field("host", &host)
            try w.field("operation", &operation)
            try w.field("permissionType", &permissionType)
        }
    }
}

/// CreateAcls response, API key 30, versions 1 to 3, flexible from 2.
public struct CreateAclsResponse: ThrottledResponse {
    public static let name = "CreateAclsResponse"
    public static let apiKey = APIKey.createAcls
    public static let versions: ClosedRange<Int16> = 1...3
    public static let flexibleFrom: Int16 = 2

    public var throttleTimeMs: Int32 = 0
    public var results: [AclCreationResult] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("results", &results)
    }

    public struct AclCreationResult: WireStruct {
        public var errorCode: ErrorCode = .none
        public var errorMessage: String? = ""

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("errorCode", &errorCode)
            try w.field("errorMessage", &errorMessage)
        }
    }
}
