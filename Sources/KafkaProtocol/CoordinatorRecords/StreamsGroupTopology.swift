import Vocabulary

/// StreamsGroupTopologyKey, record type 23, version 0.
public struct StreamsGroupTopologyKey: LogMessage {
    public static let name = "StreamsGroupTopologyKey"
    public static let recordType: Int16 = 23
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = .max

    public var groupId: String = ""

    public init() {}

    public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
        try w.field("groupId", &groupId)
    }
}

/// StreamsGroupTopologyValue, record type 23, version 0.
public struct StreamsGroupTopologyValue: LogMessage {
    public static let name = "StreamsGroupTopologyValue"
    public static let recordType: Int16 = 23
    public static let versions: ClosedRange<Int16> = 0...0
    public static let flexibleFrom: Int16 = 0

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

    public struct TopicConfig: WireStruct {
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
        public var topicConfigs: [TopicConfig] = []

        public init() {}

        public mutating func layout<W: Wire>(_ w: inout W) throws(WireError) {
            try w.field("name", &name)
            try w.field("partitions", &partitions)
            try w.field("replicationFactor", &replicationFactor)
            try w.field("topicConfigs", &topicConfigs)
        }
    }
}
