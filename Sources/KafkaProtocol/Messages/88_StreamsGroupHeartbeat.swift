import Vocabulary

/// StreamsGroupHeartbeat request, API key 88, version 0, flexible from 0.
public struct StreamsGroupHeartbeatRequest: Request {
    public static let name = "StreamsGroupHeartbeatRequest"
    public typealias Response = StreamsGroupHeartbeatResponse
    public static let apiKey = APIKey.streamsGroupHeartbeat
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var groupId: String = ""
    public var memberId: String = ""
    public var memberEpoch: Int32 = 0
    public var endpointInformationEpoch: Int32 = 0
    public var instanceId: String? = nil
    public var rackId: String? = nil
    public var rebalanceTimeoutMs: Int32 = -1
    public var topology: Topology? = nil
    public var activeTasks: [TaskIds]? = nil
    public var standbyTasks: [TaskIds]? = nil
    public var warmupTasks: [TaskIds]? = nil
    public var processId: String? = nil
    public var userEndpoint: Endpoint? = nil
    public var clientTags: [KeyValue]? = nil
    public var taskOffsets: [TaskOffset]? = nil
    public var taskEndOffsets: [TaskOffset]? = nil
    public var shutdownApplication: Bool = false

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("groupId", &groupId)
        try w.field("memberId", &memberId)
        try w.field("memberEpoch", &memberEpoch)
        try w.field("endpointInformationEpoch", &endpointInformationEpoch)
        try w.field("instanceId", &instanceId)
        try w.field("rackId", &rackId)
        try w.field("rebalanceTimeoutMs", &rebalanceTimeoutMs)
        try w.field("topology", &topology)
        try w.field("activeTasks", &activeTasks)
        try w.field("standbyTasks", &standbyTasks)
        try w.field("warmupTasks", &warmupTasks)
        try w.field("processId", &processId)
        try w.field("userEndpoint", &userEndpoint)
        try w.field("clientTags", &clientTags)
        try w.field("taskOffsets", &taskOffsets)
        try w.field("taskEndOffsets", &taskEndOffsets)
        try w.field("shutdownApplication", &shutdownApplication)
    }

    public struct Topology: WireStruct {
        public var epoch: Int32 = 0
        public var subtopologies: [Subtopology] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("epoch", &epoch)
            try w.field("subtopologies", &subtopologies)
        }

        public struct Subtopology: WireStruct {
            public var subtopologyId: String = ""
            public var sourceTopics: [String] = []
            public var sourceTopicRegex: [String] = []
            public var stateChangelogTopics: [TopicInfo] = []
            public var repartitionSinkTopics: [String] = []
            public var repartitionSourceTopics: [TopicInfo] = []
            public var copartitionGroups: [CopartitionGroup] = []

            public init() {}

            public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                try w.field("subtopologyId", &subtopologyId)
                try w.field("sourceTopics", &sourceTopics)
                try w.field("sourceTopicRegex", &sourceTopicRegex)
                try w.field("stateChangelogTopics", &stateChangelogTopics)
                try w.field("repartitionSinkTopics", &repartitionSinkTopics)
                try w.field("repartitionSourceTopics", &repartitionSourceTopics)
                try w.field("copartitionGroups", &copartitionGroups)
            }

            public struct CopartitionGroup: WireStruct {
                public var sourceTopics: [Int16] = []
                public var sourceTopicRegex: [Int16] = []
                public var repartitionSourceTopics: [Int16] = []

                public init() {}

                public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
                    try w.field("sourceTopics", &sourceTopics)
                    try w.field("sourceTopicRegex", &sourceTopicRegex)
                    try w.field("repartitionSourceTopics", &repartitionSourceTopics)
                }
            }
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

    public struct TaskIds: WireStruct {
        public var subtopologyId: String = ""
        public var partitions: [Int32] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("subtopologyId", &subtopologyId)
            try w.field("partitions", &partitions)
        }
    }
}

/// StreamsGroupHeartbeat response, API key 88, version 0, flexible from 0.
public struct StreamsGroupHeartbeatResponse: ThrottledResponse {
    public static let name = "StreamsGroupHeartbeatResponse"
    public static let apiKey = APIKey.streamsGroupHeartbeat
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

    public var throttleTimeMs: Int32 = 0
    public var errorCode: ErrorCode = .none
    public var errorMessage: String? = nil
    public var memberId: String = ""
    public var memberEpoch: Int32 = 0
    public var heartbeatIntervalMs: Int32 = 0
    public var acceptableRecoveryLag: Int32 = 0
    public var taskOffsetIntervalMs: Int32 = 0
    public var status: [Status]? = []
    public var activeTasks: [TaskIds]? = nil
    public var standbyTasks: [TaskIds]? = nil
    public var warmupTasks: [TaskIds]? = nil
    public var endpointInformationEpoch: Int32 = 0
    public var partitionsByUserEndpoint: [EndpointToPartitions]? = nil

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("throttleTimeMs", &throttleTimeMs)
        try w.field("errorCode", &errorCode)
        try w.field("errorMessage", &errorMessage)
        try w.field("memberId", &memberId)
        try w.field("memberEpoch", &memberEpoch)
        try w.field("heartbeatIntervalMs", &heartbeatIntervalMs)
        try w.field("acceptableRecoveryLag", &acceptableRecoveryLag)
        try w.field("taskOffsetIntervalMs", &taskOffsetIntervalMs)
        try w.field("status", &status)
        try w.field("activeTasks", &activeTasks)
        try w.field("standbyTasks", &standbyTasks)
        try w.field("warmupTasks", &warmupTasks)
        try w.field("endpointInformationEpoch", &endpointInformationEpoch)
        try w.field("partitionsByUserEndpoint", &partitionsByUserEndpoint)
    }

    public struct EndpointToPartitions: WireStruct {
        public var userEndpoint: Endpoint = Endpoint()
        public var activePartitions: [TopicPartition] = []
        public var standbyPartitions: [TopicPartition] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("userEndpoint", &userEndpoint)
            try w.field("activePartitions", &activePartitions)
            try w.field("standbyPartitions", &standbyPartitions)
        }
    }

    public struct Status: WireStruct {
        public var statusCode: Int8 = 0
        public var statusDetail: String = ""

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("statusCode", &statusCode)
            try w.field("statusDetail", &statusDetail)
        }
    }

    public struct TopicPartition: WireStruct {
        public var topic: String = ""
        public var partitions: [Int32] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("topic", &topic)
            try w.field("partitions", &partitions)
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

    public struct Endpoint: WireStruct {
        public var host: String = ""
        public var port: UInt16 = 0

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("host", &host)
            try w.field("port", &port)
        }
    }
}
