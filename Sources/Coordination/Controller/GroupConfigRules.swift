import KafkaProtocol
import Vocabulary

/// What a group's own configuration may be: within the bounds that the broker sets for every group. Refused as INVALID_CONFIG.
struct GroupConfigRules {
    private let config: ConfigView

    init(_ config: ConfigView) { self.config = config }

    func check(_ group: String, _ texts: [String: String]) throws(ControllerError) {
        if group.isEmpty { throw ControllerError(.invalidRequest, "Default group resources are not allowed.") }
        let values: [String: ConfigValue]
        do throws(ConfigError) {
            values = try ConfigTable.group.parse(texts, unknown: "group")
        } catch {
            throw ControllerError(.invalidConfig, error.message)
        }
        for key in ConfigTable.group.keys {
            guard let value = values[key.name]?.int else { continue }
            if let low = bound("min", key.name), value < low.value { throw outside(key.name, "greater than or equal to", low.name) }
            if let high = bound("max", key.name), value > high.value { throw outside(key.name, "less than or equal to", high.name) }
        }
        for kind in ["consumer", "share", "streams"] {
            let session = "\(kind).session.timeout.ms", heartbeat = "\(kind).heartbeat.interval.ms"
            guard values[session] != nil || values[heartbeat] != nil else { continue }
            let inForce: (String) -> Int64 = { values[$0]?.int ?? config.broker("group." + $0).int ?? 0 }
            if inForce(session) <= inForce(heartbeat) { throw outside(session, "greater than", heartbeat) }
        }
    }

    private func outside(_ name: String, _ relation: String, _ bound: String) -> ControllerError {
        ControllerError(.invalidConfig, "\(name) must be \(relation) \(bound)")
    }

    /// `consumer.session.timeout.ms` is bounded by `group.consumer.min.session.timeout.ms`, and so on.
    private func bound(_ side: String, _ name: String) -> (name: String, value: Int64)? {
        guard let dot = name.firstIndex(of: ".") else { return nil }
        let rest = name[name.index(after: dot)...]
        let bound = "group.\(name[..<dot]).\(side).\(rest.hasPrefix("num.") ? rest.dropFirst(4) : rest)"
        return config.broker(bound).int.map { (bound, $0) }
    }
}

/// What a client metrics subscription may hold (KIP-714).
enum ClientMetricsRules {
    static func check(_ name: String, _ texts: [String: String]) throws(ControllerError) {
        if name.isEmpty { throw ControllerError(.invalidRequest, "Subscription name can't be empty") }
        for (key, text) in texts.sorted(by: { $0.key < $1.key }) {
            guard let known = ConfigTable.clientMetrics[key] else {
                throw ControllerError(.invalidRequest, "Unknown client metrics configuration: \(key)")
            }
            switch key {
            case "interval.ms": try checkInterval(known, text)
            case "match":
                for pattern in ConfigValue.entries(of: text) where !isPattern(pattern) {
                    throw ControllerError(.invalidConfig, "Illegal client matching pattern: \(pattern)")
                }
            default: break
            }
        }
    }

    private static func checkInterval(_ key: ConfigKey, _ text: String) throws(ControllerError) {
        guard let value = Int32(ConfigValue.entries(of: text).first ?? "") else {
            throw ControllerError(.invalidConfig, ConfigError.invalid(text, key: key.name, "Not a number of type INT").message)
        }
        if !(100...3_600_000).contains(value) {
            throw ControllerError(.invalidRequest, "Invalid value \(value) for interval.ms, interval must be between 100 and 3600000 (1 hour)")
        }
    }

    private static func isPattern(_ text: String) -> Bool {
        guard let equals = text.firstIndex(of: "=") else { return false }
        return matchers.contains(String(text[..<equals])) && text.index(after: equals) < text.endIndex
    }

    private static let matchers: Set<String> = [
        "client_instance_id", "client_id", "client_software_name", "client_software_version", "client_source_address", "client_source_port",
    ]
}
