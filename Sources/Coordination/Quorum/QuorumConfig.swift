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

    /// Whether these are the properties of a node that is a broker and no controller.
    public static func isBrokerOnly(_ properties: [String: String]) -> Bool {
        Set(ConfigValue.entries(of: properties["process.roles"] ?? "")) == ["broker"]
    }

    /// - Parameter properties: of a node for which `isBrokerOnly` holds
    public init(_ properties: [String: String]) throws(ConfigError) {
        let values = QuorumProperties(properties)
        nodeId = try values.nodeId()
        voters = try Self.voters(try values.list("controller.quorum.voters"))
        bootstrapServers = try Self.servers(try values.list("controller.quorum.bootstrap.servers"))
        rack = try values.text("broker.rack")
        fetchTimeoutMs = try values.int("controller.quorum.fetch.timeout.ms")
        requestTimeoutMs = try values.int("controller.quorum.request.timeout.ms")
        retryBackoffMs = try values.int("controller.quorum.retry.backoff.ms")
        fetchMaxBytes = Int32(truncatingIfNeeded: try values.int("controller.quorum.fetch.max.bytes"))
        fetchSnapshotMaxBytes = Int32(truncatingIfNeeded: try values.int("controller.quorum.fetch.snapshot.max.bytes"))
        timing = try values.timing()

        let controllers = try values.list("controller.listener.names").map { $0.uppercased() }
        try Self.checkQuorum(nodeId, voters, bootstrapServers)
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

    private static func checkQuorum(_ nodeId: Int32, _ voters: [QuorumVoter], _ servers: [HostPort]) throws(ConfigError) {
        if voters.isEmpty && servers.isEmpty {
            throw ConfigError(
                "If using process.roles, either controller.quorum.bootstrap.servers must contain the set of bootstrap controllers or "
                    + "controller.quorum.voters must contain a parseable set of controllers.")
        }
        let ids = voters.map { String($0.id) }.joined(separator: ", ")
        // As Scala prints a set: one of five or more is a hash set.
        let shown = voters.count > 4 ? "HashSet(\(ids))" : "Set(\(ids))"
        try demand(
            !voters.contains { $0.id == nodeId },
            "If process.roles contains just the 'broker' role, the node id \(nodeId) must not be included in the set of voters controller.quorum.voters=\(shown)"
        )
        for voter in voters where voter.address.host == "0.0.0.0" { throw ConfigError("Host string (\(voter.address.host)) is not routeable") }
    }

    private static func voters(_ entries: [String]) throws(ConfigError) -> [QuorumVoter] {
        var voters: [Int32: HostPort] = [:]
        let form = "Each entry should be in the form `{id}@{host}:{port}`."
        for entry in entries {
            let halves = entry.split(separator: "@", omittingEmptySubsequences: false)
            guard halves.count == 2 else { throw ConfigError("Invalid configuration value for controller.quorum.voters. \(form)") }
            guard let id = Int32(halves[0]) else { throw ConfigError("Failed to parse voter ID as an integer from \(halves[0])") }
            guard let address = address(halves[1]) else {
                throw ConfigError("Failed to parse host name from entry \(entry) for the configuration controller.quorum.voters. \(form)")
            }
            voters[id] = address
        }
        return voters.sorted { $0.key < $1.key }.map { QuorumVoter(id: $0.key, address: $0.value) }
    }

    private static func servers(_ entries: [String]) throws(ConfigError) -> [HostPort] {
        var servers: [HostPort] = []
        for entry in entries {
            guard let address = address(entry[...]) else {
                throw ConfigError(
                    "Failed to parse host name from \(entry) for the configuration controller.quorum.bootstrap.servers. "
                        + "Each entry should be in the form \"{host}:{port}\"")
            }
            servers.append(address)
        }
        return servers
    }

    private static func address(_ text: Substring) -> HostPort? {
        let hosts = text.unicodeScalars
        guard hosts.allSatisfy({ $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "-%._:[]".unicodeScalars.contains($0)) }) else {
            return nil
        }
        return HostPort(text, bareIPv6: true)
    }
}
