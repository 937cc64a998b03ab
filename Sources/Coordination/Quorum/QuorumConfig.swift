import KafkaProtocol
import Vocabulary

/// What a node that is a broker and no controller (`process.roles=broker`) is told about its cluster: where the controllers are, how nodes reach it and one
/// another, and how long to wait for what. Built from its properties by Kafka's rules; the errors are Kafka's texts, and those of what is not served yet.
public struct QuorumConfig: Sendable, Equatable {
    public let nodeId: Int32
    /// `controller.quorum.bootstrap.servers`: any of them tells who leads.
    public let bootstrapServers: [HostPort]
    /// `controller.quorum.voters`, by id; empty in a cluster whose voters the metadata log holds.
    public let voters: [QuorumVoter]
    /// The first of `controller.listener.names`, in capitals.
    public let controllerListener: String
    /// `inter.broker.listener.name`, or the listener named for `security.inter.broker.protocol`, in capitals.
    public let interBrokerListener: String
    /// Where the broker listens; an empty host stands for all of the machine's addresses.
    public let listeners: [Endpoint]
    /// Where others are told to connect, in the order of the file.
    public let advertised: [Endpoint]
    public let rack: String?
    public let timing: BrokerLifecycle.Settings
    /// `controller.quorum.fetch.timeout.ms`: after that time without an answer another controller is asked who leads.
    public let fetchTimeoutMs: Int64
    public let requestTimeoutMs: Int64
    public let retryBackoffMs: Int64
    public let fetchMaxBytes: Int32
    public let fetchSnapshotMaxBytes: Int32
    /// Lines for the operator.
    public let warnings: [String]

    /// What the observer of the metadata log is started with.
    /// - Parameters:
    ///   - directoryId: of the directory that holds the copy of the log
    ///   - clusterId: of `meta.properties`
    public func observer(directoryId: Uuid, clusterId: String) -> QuorumSettings {
        var settings = QuorumSettings(nodeId: nodeId, directoryId: directoryId, clusterId: clusterId, listener: controllerListener)
        settings.voters = voters
        settings.bootstrapServers = bootstrapServers
        settings.fetchTimeoutMs = fetchTimeoutMs
        settings.requestTimeoutMs = requestTimeoutMs
        settings.retryBackoffMs = retryBackoffMs
        settings.fetchMaxBytes = fetchMaxBytes
        settings.fetchSnapshotMaxBytes = fetchSnapshotMaxBytes
        return settings
    }

    /// - Parameter properties: of a node for which `ConfigTable.isBrokerOnly` holds
    public init(_ properties: [String: String]) throws(ConfigError) {
        let values = QuorumProperties(properties)
        let node = try NodeInQuorum(values)
        (nodeId, voters, bootstrapServers) = (node.nodeId, node.voters, node.bootstrapServers)
        rack = try values.text("broker.rack")
        fetchTimeoutMs = try values.int("controller.quorum.fetch.timeout.ms")
        requestTimeoutMs = try values.int("controller.quorum.request.timeout.ms")
        retryBackoffMs = try values.int("controller.quorum.retry.backoff.ms")
        fetchMaxBytes = Int32(truncatingIfNeeded: try values.int("controller.quorum.fetch.max.bytes"))
        fetchSnapshotMaxBytes = Int32(truncatingIfNeeded: try values.int("controller.quorum.fetch.snapshot.max.bytes"))
        timing = try values.timing()

        let controllers = try values.list("controller.listener.names").map { $0.uppercased() }
        try Self.checkVoters(voters, nodeId)
        try Self.demand(!controllers.isEmpty, "controller.listener.names must contain at least one value when running KRaft with just the broker role")
        let places = try QuorumListeners(values, controllers: controllers)
        try Self.demand(
            try !values.bool("controller.quorum.auto.join.enable"),
            "controller.quorum.auto.join.enable is only supported when process.roles contains the 'controller' role.")
        try places.check()
        (listeners, advertised) = (places.listeners, places.advertised)
        (controllerListener, interBrokerListener) = (controllers[0], places.interBroker)
        warnings = values.timingWarnings(timing) + values.roleWarnings(controllers)
    }

    /// Kafka's text for what does not hold.
    static func demand(_ holds: Bool, _ reason: String) throws(ConfigError) {
        if !holds { throw ConfigError("requirement failed: \(reason)") }
    }

    // MARK: The quorum

    private static func checkVoters(_ voters: [QuorumVoter], _ nodeId: Int32) throws(ConfigError) {
        let ids = voters.map { String($0.id) }.joined(separator: ", ")
        // As Scala prints a set: one of five or more is a hash set.
        let shown = voters.count > 4 ? "HashSet(\(ids))" : "Set(\(ids))"
        try demand(
            !voters.contains { $0.id == nodeId },
            "If process.roles contains just the 'broker' role, the node id \(nodeId) must not be included in the set of voters controller.quorum.voters=\(shown)"
        )
        for voter in voters where voter.address.host == "0.0.0.0" { throw ConfigError("Host string (\(voter.address.host)) is not routeable") }
    }
}
