import KafkaProtocol
import Vocabulary

/// What may change in the dynamic configuration of a broker or of all brokers (KIP-226). The refusals are Kafka's, mostly as INVALID_REQUEST.
struct BrokerConfigRules {
    private let config: ConfigView

    init(_ config: ConfigView) { self.config = config }

    /// - Parameter name: the broker's id, or empty for all brokers.
    func check(_ name: String, from old: [String: String], to texts: [String: String]) throws(ControllerError) {
        if !name.isEmpty { try checkId(name) }
        let names = texts.keys.sorted()
        try refuse(
            names.filter { name in ConfigTable.broker[name].map { $0.update == .readOnly } ?? false || old[name] != texts[name] && !Self.isApplied(name) },
            "Cannot update these configs dynamically")
        try refuse(
            names.filter { Self.perListener.contains($0) },
            "These security configs can be dynamically updated only per-listener using the listener prefix")
        for name in names { try checkValue(name, texts[name] ?? "") }
        if old[Self.cordoned] != texts[Self.cordoned] { try checkCordoned(texts[Self.cordoned] ?? "") }
        try checkTogether(name, from: old, to: texts)
        if name.isEmpty {
            try refuse(
                names.filter { ConfigView.listenerBase($0) != nil || ConfigTable.broker[$0]?.update == .perBroker },
                "Cannot update these configs at default cluster level, broker id must be specified")
        }
        for name in names where old[name] != texts[name] { try checkThreads(name, texts[name] ?? "") }
        try checkElr(name, from: old, to: texts)
    }

    func checkId(_ name: String) throws(ControllerError) {
        guard let id = Int32(name) else { throw ControllerError(.invalidRequest, "Node id must be an integer, but it is: \(name)") }
        // Values of another broker are its own to judge, so they must be asked of it.
        if id != config.brokerId {
            throw ControllerError(.invalidRequest, "Unexpected broker id, expected \(config.brokerId), but received \(name)")
        }
    }

    private func refuse(_ names: [String], _ reason: String) throws(ControllerError) {
        if !names.isEmpty { throw ControllerError(.invalidRequest, "\(reason): [\(names.joined(separator: ", "))]") }
    }

    private func checkValue(_ name: String, _ text: String) throws(ControllerError) {
        guard let key = ConfigView.brokerKey(name) else { return }
        do throws(ConfigError) {
            _ = try key.parse(text)
            if key.name == Self.connectionOverrides { _ = try ConnectionOverrides(text) }
        } catch {
            throw ControllerError(.invalidRequest, error.message)
        }
    }

    /// The directories of this node alone are known, which is the one that may be asked.
    private func checkCordoned(_ text: String) throws(ControllerError) {
        let given = ConfigValue.entries(of: config.properties["log.dirs"] ?? config.properties["log.dir"] ?? "")
        guard !given.isEmpty, let unknown = ConfigValue.entries(of: text).first(where: { !$0.isEmpty && $0 != "*" && !given.contains($0) }) else { return }
        throw Self.invalid(
            "Invalid value [\(ConfigValue.entries(of: text).joined(separator: ", "))] for configuration \(Self.cordoned): Invalid entry in \(Self.cordoned): \(unknown). "
                + "All cordoned log dirs must be entries of log.dirs or log.dir.")
    }

    /// How the values in force afterwards fit each other. What did not fit before, by whatever way it came, is no reason to refuse another change.
    private func checkTogether(_ name: String, from old: [String: String], to texts: [String: String]) throws(ControllerError) {
        let below = name.isEmpty ? [:] : config.image.config(of: .brokerDefault)
        func contradiction(_ texts: [String: String]) -> String? {
            ConfigTable.contradiction { texts[$0] ?? below[$0] ?? config.properties[$0] }
        }
        if let text = texts["max.connections"], text != old["max.connections"], let key = ConfigTable.broker["max.connections"],
            key.read(stored: text) == .value(.integer(0))
        {
            throw Self.invalid("Invalid max.connections 0")
        }
        if old != texts, let reason = contradiction(texts), contradiction(old) == nil { throw ControllerError(.invalidRequest, reason) }
    }

    private static func invalid(_ reason: String) -> ControllerError {
        ControllerError(
            .invalidRequest, "Invalid value org.apache.kafka.common.config.ConfigException: \(reason) for configuration Invalid dynamic configuration")
    }

    /// Kafka's pools grow and shrink by at most a factor of two at a time. Scripts rely on the refusal, so it holds here too.
    private func checkThreads(_ name: String, _ text: String) throws(ControllerError) {
        guard Self.threadPools.contains(name) || name == Self.cleanerThreads, let new = Int64(ConfigValue.entries(of: text).first ?? ""),
            let current = config.broker(name).int
        else { return }
        var reason: String?
        if name == Self.cleanerThreads {
            if new > 2 * current { reason = "Log cleaner threads cannot be increased to more than double the current value \(current)" }
            if new < current / 2 { reason = "Log cleaner threads cannot be reduced to less than half the current value \(current)" }
        } else {
            let fault = "Dynamic thread count update validation failed for \(name)=\(new), value should"
            if new > 2 * current { reason = "\(fault) not be greater than double the current value \(current)" }
            if new < current / 2 { reason = "\(fault) be at least half the current value \(current)" }
        }
        guard let reason else { return }
        throw Self.invalid(reason)
    }

    /// Eligible leader replicas need one minimum for the whole cluster (KIP-966).
    private func checkElr(_ name: String, from old: [String: String], to texts: [String: String]) throws(ControllerError) {
        let key = ConfigName.minInsyncReplicas
        guard config.image.isElrEnabled, old[key] != texts[key] else { return }
        if !name.isEmpty { throw ControllerError(.invalidConfig, "Broker-level \(key) cannot be altered while ELR is enabled.") }
        if texts[key] == nil { throw ControllerError(.invalidConfig, "Cluster-level \(key) cannot be removed while ELR is enabled.") }
    }

    /// Kafka takes these while it runs; this broker reads them at its start only. To refuse them is better than to store what has no effect.
    private static func isApplied(_ name: String) -> Bool {
        let base = ConfigView.listenerBase(name) ?? name
        if startOnly.contains(base) { return false }
        if case .refused = ConfigTable.broker[base]?.treatment { return false }
        return base == name || !base.hasPrefix("ssl.") && !base.hasPrefix("sasl.")
    }

    private static let startOnly: Set<String> = [
        "listeners", "listener.security.protocol.map", "principal.builder.class", "metric.reporters", "config.providers",
        "log.cleaner.backoff.ms",
    ]
    private static let connectionOverrides = "max.connections.per.ip.overrides"
    private static let cleanerThreads = "log.cleaner.threads"
    private static let cordoned = "cordoned.log.dirs"
    private static let threadPools: Set<String> = [
        "num.io.threads", "num.network.threads", "num.replica.fetchers", "num.recovery.threads.per.data.dir", "background.threads",
    ]
    /// Keys and certificates belong to one listener.
    private static let perListener: Set<String> = [
        "ssl.keystore.type", "ssl.keystore.location", "ssl.keystore.password", "ssl.key.password", "ssl.keystore.key", "ssl.keystore.certificate.chain",
        "ssl.truststore.type", "ssl.truststore.location", "ssl.truststore.password", "ssl.truststore.certificates",
    ]
}
