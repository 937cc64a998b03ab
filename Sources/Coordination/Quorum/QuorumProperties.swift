import Vocabulary

/// The properties of a node of a quorum, read by the types, rules and defaults of Kafka's keys.
struct QuorumProperties {
    private let given: [String: String]

    init(_ given: [String: String]) { self.given = given }

    func isSet(_ name: String) -> Bool { given[name] != nil }

    private func value(_ name: String) throws(ConfigError) -> ConfigValue {
        guard let key = ConfigTable.broker[name] else {
            assertionFailure("no broker key is called \(name)")
            return .null
        }
        guard let text = given[name] ?? key.defaultText else { return .null }
        return try key.parse(text)
    }

    func int(_ name: String) throws(ConfigError) -> Int64 { try value(name).int ?? 0 }
    func bool(_ name: String) throws(ConfigError) -> Bool { try value(name).bool ?? false }
    func text(_ name: String) throws(ConfigError) -> String? { try value(name).text }
    func list(_ name: String) throws(ConfigError) -> [String] { try value(name).strings?.filter { !$0.isEmpty } ?? [] }

    func nodeId() throws(ConfigError) -> Int32 {
        guard isSet("node.id") || isSet("broker.id") else { throw ConfigError("Missing required configuration \"node.id\" which has no default value.") }
        let broker = try int("broker.id")
        guard isSet("node.id") else {
            // Each stands for the other, and this one's rule counts.
            guard let key = ConfigTable.broker["node.id"] else { return Int32(truncatingIfNeeded: broker) }
            return Int32(truncatingIfNeeded: try key.parse(String(broker)).int ?? 0)
        }
        let node = try int("node.id")
        if isSet("broker.id"), broker != node { throw ConfigError("You must set `node.id` to the same value as `broker.id`.") }
        return Int32(truncatingIfNeeded: node)
    }

    func timing() throws(ConfigError) -> BrokerLifecycle.Settings {
        var timing = BrokerLifecycle.Settings()
        timing.heartbeatIntervalMs = try int("broker.heartbeat.interval.ms")
        timing.sessionTimeoutMs = try int("broker.session.timeout.ms")
        timing.initialRegistrationTimeoutMs = try int("initial.broker.registration.timeout.ms")
        timing.isShutdownControlled = try bool("controlled.shutdown.enable")
        // Kafka has no rule for it, and a broker without pauses would do nothing but send heartbeats.
        guard timing.heartbeatIntervalMs > 0 else {
            throw .invalid(String(timing.heartbeatIntervalMs), key: "broker.heartbeat.interval.ms", "Value must be at least 1")
        }
        return timing
    }

    // MARK: What Kafka warns of

    func timingWarnings(_ timing: BrokerLifecycle.Settings) -> [String] {
        guard timing.heartbeatIntervalMs * 2 > timing.sessionTimeoutMs else { return [] }
        return [
            "broker.heartbeat.interval.ms (\(timing.heartbeatIntervalMs) ms) must be less than or equal to half of the broker.session.timeout.ms "
                + "(\(timing.sessionTimeoutMs) ms). The broker.session.timeout.ms is configured on controller. The broker.heartbeat.interval.ms is configured on "
                + "broker. If a broker doesn't send heartbeat request within broker.session.timeout.ms, it loses broker lease. Please increase "
                + "broker.session.timeout.ms or decrease broker.heartbeat.interval.ms."
        ]
    }

    func roleWarnings(_ controllers: [String]) -> [String] {
        var warnings: [String] = []
        if controllers.count > 1 {
            warnings.append(
                "controller.listener.names has multiple entries; only the first will be used since process.roles=broker: [\(controllers.joined(separator: ", "))]"
            )
        }
        for name in ["create.topic.policy.class.name", "alter.config.policy.class.name"] where isSet(name) {
            warnings.append("\(name) is defined in broker. It should be defined in the controller role.")
        }
        for name in ["num.partitions", "default.replication.factor"] where isSet(name) {
            warnings.append(
                "\(name) is defined in the broker role. This configuration will be ignored in 5.0. Please set \(name) in the controller role instead.")
        }
        return warnings
    }
}
