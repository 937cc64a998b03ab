/// Kafka's consumer properties, with Kafka's defaults.
public struct ConsumerConfig: Sendable {
    /// Which group protocol the consumer speaks (`group.protocol`).
    public enum GroupProtocol: Sendable {
        case classic
        /// KIP-848: the broker assigns.
        case consumer
    }

    /// Nil: the consumer belongs to no group and commits nothing.
    public var groupId: String?
    /// A static member's name (KIP-345).
    public var groupInstanceId: String?
    public var groupProtocol = GroupProtocol.classic
    /// The broker's assignor that a member of the new protocol asks for.
    public var remoteAssignor: String?
    /// In order of preference; the classic protocol only.
    public var assignors: [Assignor] = [.range, .cooperativeSticky]
    public var sessionTimeoutMs = 45_000
    public var heartbeatIntervalMs = 3_000
    public var maxPollIntervalMs = 300_000
    public var enableAutoCommit = true
    public var autoCommitIntervalMs = 5_000
    public var resetPolicy = ResetPolicy.latest
    public var fetchMinBytes = 1
    public var fetchMaxBytes = 50 << 20
    public var fetchMaxWaitMs = 500
    public var maxPartitionFetchBytes = 1 << 20
    public var readsCommittedOnly = false
    public var checkCrcs = true
    public var excludeInternalTopics = true
    public var allowAutoCreateTopics = true
    public var clientRack = ""

    public init(groupId: String? = nil) { self.groupId = groupId }

    /// Reads Java properties; unknown ones are ignored.
    /// - Throws: a `.configuration` error with the text of Kafka's ConfigException.
    public init(properties: [String: String]) throws(ClientError) {
        let reader = ConfigReader(properties)
        try ClientConfigRules.checkConsumer(reader)
        groupId = reader.string("group.id")
        groupInstanceId = reader.string("group.instance.id")
        if groupInstanceId == "" { throw ConfigReader.invalid("group.instance.id", "", "String must be non-empty") }
        let choice = try reader.choice("group.protocol", default: "classic", of: ["CONSUMER", "CLASSIC"], caseInsensitive: true)
        groupProtocol = choice.lowercased() == "consumer" ? .consumer : .classic
        try Self.checkProtocol(groupProtocol, reader)
        remoteAssignor = reader.string("group.remote.assignor").flatMap { $0.isEmpty ? nil : $0 }
        assignors = try Self.assignors(reader)
        sessionTimeoutMs = try reader.int("session.timeout.ms", default: sessionTimeoutMs)
        heartbeatIntervalMs = try reader.int("heartbeat.interval.ms", default: heartbeatIntervalMs)
        maxPollIntervalMs = try reader.int("max.poll.interval.ms", default: maxPollIntervalMs, atLeast: 1)
        enableAutoCommit = try reader.bool("enable.auto.commit", default: groupId != nil)
        autoCommitIntervalMs = try reader.int("auto.commit.interval.ms", default: autoCommitIntervalMs, atLeast: 0)
        resetPolicy = try Self.resetPolicy(reader)
        fetchMinBytes = try reader.int("fetch.min.bytes", default: fetchMinBytes, atLeast: 0)
        fetchMaxBytes = try reader.int("fetch.max.bytes", default: fetchMaxBytes, atLeast: 0)
        fetchMaxWaitMs = try reader.int("fetch.max.wait.ms", default: fetchMaxWaitMs, atLeast: 0)
        maxPartitionFetchBytes = try reader.int("max.partition.fetch.bytes", default: maxPartitionFetchBytes, atLeast: 0)
        let levels = ["read_committed", "read_uncommitted"]
        readsCommittedOnly = try reader.choice("isolation.level", default: "read_uncommitted", of: levels) == "read_committed"
        checkCrcs = try reader.bool("check.crcs", default: checkCrcs)
        excludeInternalTopics = try reader.bool("exclude.internal.topics", default: excludeInternalTopics)
        allowAutoCreateTopics = try reader.bool("allow.auto.create.topics", default: allowAutoCreateTopics)
        clientRack = reader.string("client.rack") ?? ""
        if enableAutoCommit && groupId == nil {
            throw ClientError(
                .configuration, exceptionClass: "org.apache.kafka.common.errors.InvalidConfigurationException",
                message: "enable.auto.commit cannot be set to true when default group id (null) is used.")
        }
    }

    /// Whether partitions stay with their owners while a rebalance runs: only when every assignor can.
    var isCooperative: Bool { !assignors.isEmpty && assignors.allSatisfy(\.isCooperative) }

    /// Refuses what the other group protocol, or a share consumer, alone has.
    private static func checkProtocol(_ groupProtocol: GroupProtocol, _ reader: ConfigReader) throws(ClientError) {
        let foreign =
            groupProtocol == .classic ? ["group.remote.assignor"] : ["partition.assignment.strategy", "heartbeat.interval.ms", "session.timeout.ms"]
        for name in foreign + ["share.acknowledgement.mode", "share.acquire.mode"] where reader.properties[name] != nil {
            throw .invalidValue("\(name) cannot be set when group.protocol=\(groupProtocol == .classic ? "CLASSIC" : "CONSUMER")")
        }
    }

    private static func assignors(_ reader: ConfigReader) throws(ClientError) -> [Assignor] {
        guard reader.string("partition.assignment.strategy") != nil else { return [.range, .cooperativeSticky] }
        var assignors: [Assignor] = []
        for name in reader.list("partition.assignment.strategy") {
            guard let assignor = Assignor(configured: name) else {
                throw ClientError(
                    .configuration, exceptionClass: "org.apache.kafka.common.KafkaException", message: "\(name) ClassNotFoundException exception occurred")
            }
            if !assignors.contains(assignor) { assignors.append(assignor) }
        }
        return assignors
    }

    private static func resetPolicy(_ reader: ConfigReader) throws(ClientError) -> ResetPolicy {
        guard let text = reader.string("auto.offset.reset") else { return .latest }
        guard let policy = ResetPolicy(text) else {
            throw ConfigReader.invalid(
                "auto.offset.reset", text,
                "Invalid value `\(text)` for configuration auto.offset.reset. The value must be either 'earliest', 'latest', 'none' or of the format "
                    + "'by_duration:<PnDTnHnMn.nS.>'.")
        }
        return policy
    }
}
