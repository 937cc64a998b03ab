import Coordination
import KafkaProtocol
import LogStorage
import Security
import Vocabulary

/// What a broker is started with: identity, places, durability, and Kafka's own configuration keys.
public struct BrokerSettings: Sendable {
    public var nodeId: Int32 = 1
    /// Nil takes the one on disk, or makes one for a new directory.
    public var clusterId: String?
    /// `log.dirs`
    public var dataDirectories = ["ottla-data"]
    /// `metadata.log.dir`; nil for the first of the data directories.
    public var metadataDirectory: String?
    public var durability = Durability.fsync
    public var journalLimits = JournalLimits()
    /// What clients are told, a row per listener.
    public var endpoints: [Endpoint] = []
    /// Seeds ids that must differ from run to run (cluster, directory and topic ids, member ids).
    public var seed: UInt64 = 0
    /// Milliseconds since the epoch, for the few records that are not written on behalf of a request.
    public var clock: @Sendable () -> Int64 = { 0 }
    /// Where work is done that waits for the disk and must not hold up who asked for it: the reading of a coordinator's log, a checkpoint. Without another
    /// place, at once.
    public var blocking: @Sendable (@escaping @Sendable () -> Void) -> Void = { $0() }
    /// Who may do what.
    public var authorizer: any Authorizer = AllowAll()
    /// What clients may use.
    public var quotas: any QuotaKeeper = Unlimited()
    /// The cluster that this node is a broker of, without being a controller; nil for a node that is its own cluster.
    public var quorum: QuorumConfig?
    /// What the operator is told.
    public var log = OperatorLog.silent
    /// The static configuration by Kafka's keys, as a server.properties file gives it.
    public private(set) var properties: [String: String]

    /// Where a single node must differ from Kafka's defaults: one replica is all there is, and a developer should not wait for a group's first rebalance.
    public static let singleNodeDefaults = [
        "offsets.topic.replication.factor": "1", "transaction.state.log.replication.factor": "1", "transaction.state.log.min.isr": "1",
        "share.coordinator.state.topic.replication.factor": "1", "share.coordinator.state.topic.min.isr": "1", "group.initial.rebalance.delay.ms": "0",
    ]

    public init(properties: [String: String] = [:]) {
        self.properties = ConfigTable.isBrokerOnly(properties) ? properties : Self.singleNodeDefaults.merging(properties) { _, given in given }
    }

    /// The text of a broker key: as configured, or Kafka's default; nil when there is neither.
    public func text(_ key: String) -> String? { value(key).text }

    /// A whole number from the configuration; 0 for a key without a value.
    public func int(_ key: String) -> Int64 { value(key).int ?? 0 }

    /// A boolean from the configuration.
    public func bool(_ key: String) -> Bool { value(key).bool ?? false }

    /// The value of a broker key as configured, or Kafka's default. Texts were validated at the start. A key that Kafka does not have is a mistake of the caller.
    private func value(_ name: String) -> ConfigValue {
        guard let key = ConfigTable.broker[name] else {
            assertionFailure("no broker key is called \(name)")
            return .null
        }
        return (properties[name] ?? key.defaultText).flatMap { try? key.parse($0) } ?? .null
    }

    /// Checks every value against its key's type and range, and refuses what this broker must not ignore.
    /// - Returns: lines for the operator about what is not known, has no effect or cannot work
    public func validate() throws(ConfigError) -> [String] {
        try checkCordoned()
        return try ConfigTable.remarks(on: properties) { name, text in Self.singleNodeDefaults[name] == text } + impossibilities()
    }

    /// `cordoned.log.dirs` is `*` or some of `log.dirs` (KIP-1066).
    private func checkCordoned() throws(ConfigError) {
        guard case .list(let cordoned) = value("cordoned.log.dirs") else { return }
        if cordoned.contains("*") {
            guard cordoned.count > 1 else { return }
            throw ConfigError("requirement failed: When cordoned.log.dirs is set to *, it must not contain other values")
        }
        let missing = cordoned.filter { !dataDirectories.contains($0) }
        guard !missing.isEmpty else { return }
        throw ConfigError(
            "requirement failed: All entries in cordoned.log.dirs must be present in log.dirs or log.dir. Missing entries : \(missing.joined(separator: ", "))")
    }

    /// Settings that one broker cannot act on.
    private func impossibilities() -> [String] {
        if quorum != nil {
            let selector = text("replica.selector.class") ?? ""
            let isKnown = ["", ReplicaContext.rackAwareSelector, "org.apache.kafka.common.replica.LeaderSelector"].contains(selector)
            return isKnown ? [] : ["replica.selector.class=\(selector) cannot be loaded: consumers read from leaders"]
        }
        return [
            ("offsets.topic.replication.factor", TopicName.groupOffsets), ("transaction.state.log.replication.factor", TopicName.transactionState),
            ("default.replication.factor", "topics without a replication factor of their own"),
        ]
        .filter { int($0.0) > 1 }
        .map { name, what in "\(name)=\(int(name)) is larger than the number of brokers, 1: \(what) cannot be created" }
    }

    var fetchMaxBytes: Int { Int(int("fetch.max.bytes")) }
    var fetchSessionSlots: Int { Int(int("max.incremental.fetch.session.cache.slots")) }

    func generator(_ purpose: UInt64, _ now: Int64) -> SeededGenerator {
        SeededGenerator(seed: seed ^ purpose &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(bitPattern: now))
    }

    /// A positive starting point for ids that only have to differ between runs.
    func seededID(_ now: Int64) -> Int32 {
        var generator = generator(1, now)
        return Int32(truncatingIfNeeded: generator.next() & 0x3FFF_FFFF) + 1
    }
}
