/// The keys that one kind of resource knows.
public struct ConfigTable: Sendable {
    /// Every key, in the order in which a broker lists them.
    public let keys: [ConfigKey]
    private let indexes: [String: Int]
    private let texts: @Sendable () -> [String: String]

    /// - Parameter texts: what the keys are for; asked for the first time when somebody wants to know, so that a start need not pay for them.
    init(_ keys: [ConfigKey], texts: @escaping @Sendable () -> [String: String]) {
        self.keys = keys
        self.texts = texts
        indexes = Dictionary(keys.indices.map { (keys[$0].name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    public subscript(_ name: String) -> ConfigKey? { indexes[name].map { keys[$0] } }

    /// What a key is for, in one sentence; nil for a key that is not in the table, and for replication throttles, as in Kafka.
    public func documentation(of name: String) -> String? { texts()[name] }

    public static let topic = ConfigTable(topicKeys) { topicTexts }
    public static let group = ConfigTable(groupKeys) { groupTexts }
    public static let broker = ConfigTable(
        (brokerClusterKeys + brokerCoordinatorsKeys + brokerLogKeys + brokerNetworkKeys).sorted { $0.name < $1.name }
    ) { brokerTexts }

    private static let brokerTexts = [brokerClusterTexts, brokerCoordinatorsTexts, brokerLogTexts, brokerNetworkTexts].reduce(into: [:]) { all, some in
        all.merge(some) { first, _ in first }
    }

    /// Keys of a broker that exist only as dynamic configuration: the replication throttles.
    public static let replicationThrottles = ConfigTable([
        ConfigKey("leader.replication.throttled.rate", .inCluster, .long, "9223372036854775807", .atLeast(0), update: .clusterWide),
        ConfigKey("follower.replication.throttled.rate", .inCluster, .long, "9223372036854775807", .atLeast(0), update: .clusterWide),
        ConfigKey("replica.alter.log.dirs.io.max.bytes.per.second", .obeyed, .long, "9223372036854775807", .atLeast(0), update: .clusterWide),
    ]) { [:] }

    /// Keys of a client metrics subscription (KIP-714).
    public static let clientMetrics = ConfigTable([
        ConfigKey("interval.ms", .noMetrics, .int, "300000", .between(100, 3_600_000)),
        ConfigKey("match", .noMetrics, .list, ""),
        ConfigKey("metrics", .noMetrics, .list, ""),
    ]) { clientMetricsTexts }
}

extension ConfigTable {
    /// Checks the texts of a resource's keys, and where `topic` is meant, how they fit each other; the error is Kafka's text.
    /// `unknown` is what Kafka calls a key that is not in the table, such as `topic`.
    public func parse(_ texts: [String: String], unknown: String) throws(ConfigError) -> [String: ConfigValue] {
        for name in texts.keys.sorted() where self[name] == nil { throw ConfigError("Unknown \(unknown) config name: \(name)") }
        var values: [String: ConfigValue] = [:]
        for key in keys {
            if let text = texts[key.name] { values[key.name] = try key.parse(text) }
        }
        return values
    }
}
