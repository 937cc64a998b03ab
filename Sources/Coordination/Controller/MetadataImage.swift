import KafkaProtocol
import Vocabulary

/// The cluster's metadata at one offset of the metadata log. A value with shared storage: copying it is cheap, and a published copy never changes.
public struct MetadataImage: Sendable, Equatable {
    /// The offset of the last record folded in; -1 before the first.
    public internal(set) var offset: Int64 = -1
    public internal(set) var topicsByName: [String: TopicImage] = [:]
    public internal(set) var topicNames: [Uuid: String] = [:]
    public internal(set) var brokers: [Int32: BrokerImage] = [:]
    public internal(set) var controllers: [Int32: RegisterControllerRecord] = [:]
    /// Finalized feature levels by feature name.
    public internal(set) var features: [String: Int16] = [:]
    public internal(set) var configs: [ConfigResource: [String: String]] = [:]
    /// The first producer id that no block holds yet.
    public internal(set) var nextProducerId: Int64 = 0
    public internal(set) var quotas: [QuotaEntity: [String: Double]] = [:]
    public internal(set) var scramCredentials: [ScramKey: UserScramCredentialRecord] = [:]
    public internal(set) var acls: [Uuid: AccessControlEntryRecord] = [:]
    public internal(set) var delegationTokens: [String: DelegationTokenRecord] = [:]

    public init() {}

    public func topic(_ name: String) -> TopicImage? { topicsByName[name] }
    public func topic(_ id: Uuid) -> TopicImage? { topicNames[id].flatMap { topicsByName[$0] } }

    public func partition(_ topic: String, _ partition: Int32) -> PartitionImage? { topicsByName[topic]?.partition(partition) }

    /// The values set on a resource itself; empty when there are none.
    public func config(of resource: ConfigResource) -> [String: String] { configs[resource] ?? [:] }

    public var metadataVersion: Int16 { features[FeatureName.metadataVersion] ?? 0 }
    public var isElrEnabled: Bool { (features[FeatureName.eligibleLeaderReplicas] ?? 0) >= 1 }

    /// Registered brokers in the order of their ids.
    public var sortedBrokers: [BrokerImage] { brokers.values.sorted { $0.id < $1.id } }
}

/// A topic and its partitions, whose index is their id.
public struct TopicImage: Sendable, Equatable {
    public let name: String
    public let id: Uuid
    public internal(set) var partitions: [PartitionImage] = []

    public func partition(_ id: Int32) -> PartitionImage? { id >= 0 && Int(id) < partitions.count ? partitions[Int(id)] : nil }
    /// Topics of the broker's own: offsets, transactions, share group state.
    public var isInternal: Bool { TopicName.isInternal(name) }
}

/// A partition's replicas and leader. `leader` is -1 when there is none.
public struct PartitionImage: Sendable, Equatable {
    public var replicas: [Int32] = []
    /// The log directory of each replica, in the order of `replicas`; empty where directories are not assigned.
    public var directories: [Uuid] = []
    public var isr: [Int32] = []
    public var eligibleLeaderReplicas: [Int32] = []
    public var lastKnownElr: [Int32] = []
    public var addingReplicas: [Int32] = []
    public var removingReplicas: [Int32] = []
    public var leader: Int32 = -1
    public var leaderEpoch: Int32 = 0
    public var partitionEpoch: Int32 = 0
    /// 0: recovered; 1: the leader was elected uncleanly and has not yet recovered.
    public var leaderRecoveryState: Int8 = 0

    public init() {}
}

/// A registered broker.
public struct BrokerImage: Sendable, Equatable {
    public var id: Int32
    public var incarnationId: Uuid
    /// The offset of the record that registered it.
    public var epoch: Int64
    public var endpoints: [Endpoint]
    public var rack: String?
    public var isFenced: Bool
    public var isInControlledShutdown: Bool
    public var logDirs: [Uuid]
    public var cordonedLogDirs: [Uuid]
    public var features: [String: ClosedRange<Int16>]

    public func endpoint(_ listener: String) -> Endpoint? { endpoints.first { $0.listener == listener } }
}

/// An address that clients or other nodes connect to.
public struct Endpoint: Sendable, Hashable {
    public var listener: String
    public var host: String
    public var port: UInt16
    /// 0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL.
    public var securityProtocol: Int16

    public init(listener: String, host: String, port: UInt16, securityProtocol: Int16 = 0) {
        self.listener = listener
        self.host = host
        self.port = port
        self.securityProtocol = securityProtocol
    }

    /// `localhost:9092`, `[::1]:9092`.
    public var address: String { HostPort(host: host, port: Int(port)).description }
}

/// Whom a quota limits: entity types (`user`, `client-id`, `ip`) to names, nil for the default entity.
public struct QuotaEntity: Sendable, Hashable {
    public var names: [String: String?]

    public init(_ names: [String: String?]) { self.names = names }
}

/// A user and a SCRAM mechanism (1: SHA-256, 2: SHA-512).
public struct ScramKey: Sendable, Hashable {
    public var user: String
    public var mechanism: Int8
}

/// Features whose finalized level the metadata log records (KIP-584), and the levels of a new 4.3 cluster.
public enum FeatureName {
    public static let metadataVersion = "metadata.version"
    public static let eligibleLeaderReplicas = "eligible.leader.replicas.version"
    public static let transaction = "transaction.version"
    public static let group = "group.version"
    public static let share = "share.version"
    public static let streams = "streams.version"
    public static let kraft = "kraft.version"

    /// In the order in which a new cluster writes them. What this broker does not serve (share groups, streams groups) is not finalized: level 0.
    public static let newCluster: [(name: String, level: Int16)] = [(metadataVersion, 30), (eligibleLeaderReplicas, 1), (group, 1), (transaction, 2)]

    /// The levels that this broker supports. Features of which it supports level 0 alone are left out, as a Kafka broker leaves them out.
    public static let supported: [String: ClosedRange<Int16>] = [
        metadataVersion: 7...30, eligibleLeaderReplicas: 0...1, group: 0...1, transaction: 0...2, kraft: 0...1,
    ]
}

extension MetadataImage {
    /// The finalized levels that clients are told, by name. A log that was taken over may hold levels above what this broker supports: they are the cluster's and
    /// stay in the log, but no client may count on what is not served, so none is told a level above the supported ones (and nothing is said of level 0).
    public var servedFeatures: [String: Int16] {
        features.reduce(into: [:]) { served, feature in
            guard let levels = FeatureName.supported[feature.key] else { return }
            let level = min(feature.value, levels.upperBound)
            if level > 0 { served[feature.key] = level }
        }
    }

    /// Throws when the log is that of a newer release, whose records this one may misread.
    func checkMetadataVersion() throws(MetadataError) {
        guard let newest = FeatureName.supported[FeatureName.metadataVersion]?.upperBound, metadataVersion > newest else { return }
        throw MetadataError("its metadata.version is \(metadataVersion), and this release reads those up to \(newest): start a newer release on it")
    }
}
