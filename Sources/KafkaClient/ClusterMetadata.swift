import KafkaProtocol

/// What the client knows of the cluster: the brokers, the controller, and the topics that it asked about.
public struct ClusterMetadata: Sendable {
    public struct Broker: Sendable, Hashable {
        public let id: Int32
        public let host: String
        public let port: Int
        public let rack: String?

        public init(id: Int32, host: String, port: Int, rack: String? = nil) {
            self.id = id
            self.host = host
            self.port = port
            self.rack = rack
        }
    }

    public struct Partition: Sendable, Hashable {
        public let index: Int32
        /// The leader's broker id; -1 when there is none.
        public var leader: Int32
        /// -1 when the broker is too old to say.
        public var leaderEpoch: Int32
        public var replicas: [Int32]
        public var isr: [Int32]
        public var offlineReplicas: [Int32]
        public var error: ErrorCode

        public init(
            index: Int32, leader: Int32, leaderEpoch: Int32 = -1, replicas: [Int32] = [], isr: [Int32] = [], offlineReplicas: [Int32] = [],
            error: ErrorCode = .none
        ) {
            self.index = index
            self.leader = leader
            self.leaderEpoch = leaderEpoch
            self.replicas = replicas
            self.isr = isr
            self.offlineReplicas = offlineReplicas
            self.error = error
        }
    }

    public struct Topic: Sendable, Hashable {
        public let name: String
        /// Zero when the broker is too old to say.
        public let id: Uuid
        public let isInternal: Bool
        /// What the broker said of the topic as a whole; `.none` when it exists.
        public let error: ErrorCode
        /// In the order of their index, which has no gaps when the topic exists.
        public var partitions: [Partition]

        public init(name: String, id: Uuid = .zero, isInternal: Bool = false, error: ErrorCode = .none, partitions: [Partition] = []) {
            self.name = name
            self.id = id
            self.isInternal = isInternal
            self.error = error
            self.partitions = partitions
        }

        public func partition(_ index: Int32) -> Partition? {
            let at = Int(index)
            if at >= 0, at < partitions.count, partitions[at].index == index { return partitions[at] }
            return partitions.first { $0.index == index }
        }
    }

    public internal(set) var clusterId: String?
    /// -1 when unknown.
    public internal(set) var controllerId: Int32 = -1
    public internal(set) var brokers: [Int32: Broker] = [:]
    public internal(set) var topics: [String: Topic] = [:]
    public internal(set) var topicNames: [Uuid: String] = [:]
    /// Grows with every answer that was folded in, so a reader can tell cheaply whether to look again.
    public internal(set) var version = 0
    /// The core's time at which the last answer came; nil before the first.
    public internal(set) var updatedAt: Int64?

    public init() {}

    public func topic(_ name: String) -> Topic? { topics[name] }

    public func partition(_ topic: String, _ index: Int32) -> Partition? { topics[topic]?.partition(index) }

    /// The leader of a partition, when it is known and is a broker that can be reached.
    public func leader(_ topic: String, _ index: Int32) -> Broker? { partition(topic, index).flatMap { brokers[$0.leader] } }
}
