import Coordination
import KafkaProtocol
import LogStorage

/// What a broker is started with: identity, places, durability, and Kafka's own configuration keys.
public struct BrokerSettings: Sendable {
    public var nodeId: Int32 = 1
    /// Nil takes the one on disk, or makes one for a new directory.
    public var clusterId: String?
    public var dataDirectory = "ottla-data"
    public var durability = Durability.fsync
    /// What clients are told, a row per listener.
    public var endpoints: [Endpoint] = []
    /// Seeds ids that must differ from run to run (cluster, directory and topic ids, member ids).
    public var seed: UInt64 = 0
    /// Milliseconds since the epoch, for the few records that are not written on behalf of a request.
    public var clock: @Sendable () -> Int64 = { 0 }
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
        self.properties = Self.singleNodeDefaults.merging(properties) { _, given in given }
    }

    /// The text of a broker key: as configured, or Kafka's default; nil when there is neither.
    public func text(_ key: String) -> String? { properties[key] ?? ConfigTable.broker[key]?.defaultText }

    /// A whole number from the configuration. Values were validated at start; one that does not parse counts as 0.
    public func int(_ key: String) -> Int64 { text(key).flatMap { Int64($0) } ?? 0 }

    /// A boolean from the configuration.
    public func bool(_ key: String) -> Bool { text(key) == "true" }

    /// Checks every value against its key's type and range. Keys that Kafka does not know are returned, so the operator can be told.
    public func validate() throws(ConfigError) -> [String] {
        var unknown: [String] = []
        for (key, value) in properties.sorted(by: { $0.key < $1.key }) {
            guard let known = ConfigTable.broker[key] else {
                if !key.hasPrefix("listener.name.") { unknown.append(key) }
                continue
            }
            _ = try known.parse(value)
        }
        return unknown
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

/// SplitMix64: small, seeded, good enough for ids and jitter; a simulation repeats with its seed.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
