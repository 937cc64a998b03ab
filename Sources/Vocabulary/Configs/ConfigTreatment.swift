/// What this broker does with a key that Kafka knows. Every key has one; the operator is told of those that do not act.
public enum ConfigTreatment: Hashable, Sendable {
    /// Acts as Kafka documents it.
    case obeyed
    /// Acts in a broker of a cluster of several; a node that is the whole cluster has no use for it.
    case inCluster
    /// Ignoring it would break what the operator or a client relies on: the start is refused when it is set to something else than its default.
    case refused(String)
    /// Shown, validated and without effect: named in a warning when it is set to something else than its default.
    case noEffect(String)
}

// The reasons, in words for the operator.
extension ConfigTreatment {
    static let wholeCluster = "this node is the whole cluster"
    static let oneNode = noEffect(wholeCluster)
    static let electsAlone = noEffect("there is one broker, and nobody else to elect")
    static let ownQuorum = noEffect("this node is its own quorum")
    static let oneBatch = noEffect("a change of the metadata is one batch, however large")
    static let noMetrics = noEffect("metrics are not kept")
    static let noQuotas = noEffect("quotas do not act yet")
    static let ownThreads = noEffect("threads and queues are this broker's own; see --threads")
    static let ownBuffers = noEffect("buffers, purgatories and writes in the background are this broker's own")
    static let servedProtocols = noEffect("the classic and the consumer protocol are served, no other")
    static let noFlushInterval = noEffect("acks=all waits for the disk, other writes are left to the system; see --durability")
    static let filesAtOnce = noEffect("files grow as they are written and are deleted at once")
    static let withRetention = noEffect("expired producers are looked for with log.retention.check.interval.ms")
    static let listenersTogether = noEffect("all listeners are opened together")
    static let noUnstable = noEffect("there are no unstable versions")
    static let tieredStorage = noEffect("tiered storage is not served")
    static let timersOfTheirOwn = noEffect("what waits for a transaction is told when it is due, not at intervals")
    static let noShareGroups = noEffect("share groups are not served")
    static let noStreamsGroups = noEffect("streams groups are not served")
    static let plaintextOnly = noEffect("only PLAINTEXT listeners are served yet")
}

/// What there is to say about the static configuration of a broker.
extension ConfigTable {
    /// The key behind a broker's name for it, a listener's prefix taken off.
    public static func brokerKey(_ name: String) -> ConfigKey? {
        broker[name] ?? replicationThrottles[name] ?? listenerBase(name).flatMap { broker[$0] }
    }

    /// `listener.name.NAME.KEY` without what stands before KEY; nil for other names.
    public static func listenerBase(_ name: String) -> String? {
        let prefix = "listener.name."
        guard name.hasPrefix(prefix) else { return nil }
        let rest = name.dropFirst(prefix.count)
        guard let dot = rest.firstIndex(of: "."), dot > rest.startIndex else { return nil }
        let base = String(rest[rest.index(after: dot)...])
        // SASL keys may carry a mechanism in front: `listener.name.NAME.MECHANISM.KEY`.
        for key in mechanismKeys where base.hasSuffix("." + key) { return key }
        return base
    }

    private static let mechanismKeys = [
        "sasl.jaas.config", "sasl.login.callback.handler.class", "sasl.login.class", "sasl.server.callback.handler.class", "connections.max.reauth.ms",
    ]

    /// Whether these are the properties of a node that is a broker of a cluster and no controller.
    public static func isBrokerOnly(_ properties: [String: String]) -> Bool { Set(ConfigValue.entries(of: properties["process.roles"] ?? "")) == ["broker"] }

    /// Why keys have no effect in a broker of a cluster, where that is not what it is in a node that is the whole cluster.
    private static let reasonsInCluster: [ConfigTreatment: String] = [
        .oneNode: "a broker of a cluster does not act on it yet", .electsAlone: "leaders are elected by the controller",
        .ownQuorum: "this node is no controller",
    ]

    /// Checks every value of a broker's properties against its key's type and range, and whether this broker can be started with it.
    /// - Parameter isUsual: whether a text is what the broker itself sets unless it is told otherwise, which needs no remark
    /// - Returns: lines for the operator, in the order of the keys
    public static func remarks(on properties: [String: String], isUsual: (String, String) -> Bool = { _, _ in false }) throws(ConfigError) -> [String] {
        var remarks: [String] = []
        let isInCluster = isBrokerOnly(properties)
        for (name, text) in properties.sorted(by: { $0.key < $1.key }) {
            guard let key = brokerKey(name) else {
                // The parameters of the providers were theirs to read; see `ConfigProviders`.
                if !name.hasPrefix("config.providers.") { remarks.append("the configuration key \(name) is not known and has no effect") }
                continue
            }
            _ = try key.parse(text)
            if let warning = key.duplicateWarning(text) { remarks.append(warning) }
            guard key.isChanged(by: text), !isUsual(name, text) else { continue }
            let shown = key.isSensitive ? name : "\(name)=\(text)"
            switch key.treatment {
            case .refused(let reason): throw ConfigError("\(shown): \(reason)")
            case .inCluster where isInCluster: break
            case .inCluster: remarks.append("\(shown) has no effect: \(ConfigTreatment.wholeCluster)")
            case .noEffect(let reason):
                remarks.append("\(shown) has no effect: \(isInCluster ? reasonsInCluster[key.treatment] ?? reason : reason)")
            case .obeyed:
                if broker[name] == nil, !listenerKeys.contains(key.name) { remarks.append("\(shown) has no effect: only \(key.name) without a listener acts") }
            }
        }
        try checkConnections(properties)
        if let contradiction = contradiction(among: { properties[$0] }) { throw ConfigError(contradiction) }
        return remarks
    }

    private static func checkConnections(_ properties: [String: String]) throws(ConfigError) {
        _ = try ConnectionOverrides(properties["max.connections.per.ip.overrides"] ?? "")
        for name in ["socket.send.buffer.bytes", "socket.receive.buffer.bytes"] {
            guard let text = properties[name], let bytes = Int64(JavaText.trim(text)), bytes < 1, bytes != -1 else { continue }
            throw .invalid(text, key: name, "the size of a buffer is positive, or -1 for the system's own")
        }
    }

    /// Keys that act for one listener when they carry its prefix.
    private static let listenerKeys: Set<String> = ["max.connections"]
}
