/// StreamsGroupDescribe request, API key 89, version 0, flexible from 0.
public struct StreamsGroupDescribeRequest: Request {
    public static let name = "StreamsGroupDescribeRequest"
    public typealias Response = StreamsGroupDescribeResponse
    public static let apiKey = APIKey.streamsGroupDescribe
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var groupIds: [String] = []
    public var includeAuthorizedOperations: Bool = false

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("groupIds", &groupIds)
        try w.field("includeAuthorizedOperations", &includeAuthorizedOperations)
    }
}

/// StreamsGroupDescribe response, API key 89, version 0, flexible from 0.
public struct StreamsGroupDescribeResponse: ThrottledResponse {
    public static let name = "StreamsGroupDescribeResponse"
    public static let apiKey = APIKey.streamsGroupDescribe
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var groups: [DescribedGroup] = []

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("groups", &groups)
    }

    public struct DescribedGroup: WireStruct {
        public var errorCode: ErrorCode = .none
        public var errorMessage: String? = nil
        public var groupId: String = ""
        public var groupState: String = ""
        public var groupEpoch: Int32 = 0
        public var assignmentEpoch: Int32 = 0
        public var topology: Topology? = nil
        public var members: [Member] = []
        public var authorizedOperations: Int32 = -2147483648

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("errorCode", &errorCode)
            try w.field("errorMessage", &errorMessage)
            try w.field("groupId", &groupId)
            try w.field("groupState", &groupState)
            try w.field("groupEpoch", &groupEpoch)
            try w.field("assignmentEpoch", &assignmentEpoch)
            try w.field("topology", &topology)
            try w.field("members", &members)
            try w.field("authorizedOperations", &authorizedOperations)
        }

        public struct Topology: WireStruct {
            public var epoch: Int32 = 0
            public var subtopologies: [Subtopology]? = nil

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("epoch", &epoch)
                try w.field("subtopologies", &subtopologies)
            }

            public struct Subtopology: WireStruct {
                public var subtopologyId: String = ""
                public var sourceTopics: [String] = []
                public var repartitionSinkTopics: [String] = []
                public var stateChangelogTopics: [TopicInfo] = []
                public var repartitionSourceTopics: [TopicInfo] = []

                public init() {}

                public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                    try w.field("subtopologyId", &subtopologyId)
                    try w.field("sourceTopics", &sourceTopics)
                    try w.field("repartitionSinkTopics", &repartitionSinkTopics)
                    try w.field("stateChangelogTopics", &stateChangelogTopics)
                    try w.field("repartitionSourceTopics", &repartitionSourceTopics)
                }
            }
        }

        public struct Member: WireStruct {
            public var memberId: String = ""
            public var memberEpoch: Int32 = 0
            public var instanceId: String? = nil
            public var rackId: String? = nil
            public var clientId: String = ""
            public var clientHost: String = ""
            public var topologyEpoch: Int32 = 0
            public var processId: String = ""
            public var userEndpoint: Endpoint? = nil
            public var clientTags: [KeyValue] = []
            public var taskOffsets: [TaskOffset] = []
            public var taskEndOffsets: [TaskOffset] = []
            public var assignment: Assignment = Assignment()
            public var targetAssignment: Assignment = Assignment()
            public var isClassic: Bool = false

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("memberId", &memberId)
                try w.field("memberEpoch", &memberEpoch)
                try w.field("instanceId", &instanceId)
                try w.field("rackId", &rackId)
                try w.field("clientId", &clientId)
                try w.field("clientHost", &clientHost)
                try w.field("topologyEpoch", &topologyEpoch)
                try w.field("processId", &processId)
                try w.field("userEndpoint", &userEndpoint)
                try w.field("clientTags", &clientTags)
                try w.field("taskOffsets", &taskOffsets)
                try w.field("taskEndOffsets", &taskEndOffsets)
                try w.field("assignment", &assignment)
                try w.field("targetAssignment", &targetAssignment)
                try w.field("isClassic", &isClassic)
            }
        }
    }

    public struct Endpoint: WireStruct {
        public var host: String = ""
        public var port: UInt16 = 0

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("host", &host)
            try w.field("port", &port)
        }
    }

    public struct TaskOffset: WireStruct {
        public var subtopologyId: String = ""
        public var partition: Int32 = 0
        public var offset: Int64 = 0

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("subtopologyId", &subtopologyId)
            try w.field("partition", &partition)
            try w.field("offset", &offset)
        }
    }

    public struct Assignment: WireStruct {
        public var activeTasks: [TaskIds] = []
        public var standbyTasks: [TaskIds] = []
        public var warmupTasks: [TaskIds] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("activeTasks", &activeTasks)
            try w.field("standbyTasks", &standbyTasks)
            try w.field("warmupTasks", &warmupTasks)
        }
    }

    public struct TaskIds: WireStruct {
        public var subtopologyId: String = ""
        public var partitions: [Int32] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("subtopologyId", &subtopologyId)
            try w.field("partitions", &partitions)
        }
    }

    public struct KeyValue: WireStruct {
        public var key: String = ""
        public var value: String = ""

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("key", &key)
            try w.field("value", &value)
        }
    }

    public struct TopicInfo: WireStruct {
        public var name: String = ""
        public var partitions: Int32 = 0
        public var replicationFactor: Int16 = 0
        public var topicConfigs: [KeyValue] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("partitions", &partitions)
            try w.field("replicationFactor", &replicationFactor)
            try w.field("topicConfigs", &topicConfigs)
        }
    }
}
