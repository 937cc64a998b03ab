/// A stored text that its key cannot take.
public struct UnreadableConfig: Sendable, Hashable {
    public let key: String
    public let text: String
    public let reason: String

    public init(key: String, text: String, reason: String) {
        self.key = key
        self.text = text
        self.reason = reason
    }
}

/// The configuration of a topic in force: its own values over the broker's.
public struct TopicConfig: Sendable {
    /// Values of the topic itself.
    public let overrides: [String: ConfigValue]
    /// Values that come from the broker where they differ from Kafka's defaults.
    public let defaults: [String: ConfigValue]

    /// Texts of the topic itself that their keys cannot take: the values in force do not come from them, and the operator must be told.
    public let unreadable: [UnreadableConfig]
    /// Whether a value that decides what is deleted cannot be read. Then the topic keeps everything: no cleanup policy is in force.
    public let keepsData: Bool

    /// A text that does not parse, such as one that a newer broker wrote, never stops this broker: it is named in `unreadable`.
    /// - Parameter brokerText: the text in force for a broker key, nil when the broker has only Kafka's default.
    public init(overrides texts: [String: String], brokerText: (String) -> String?) {
        var overrides: [String: ConfigValue] = [:]
        var unreadable: [UnreadableConfig] = []
        var keepsData = false
        for (name, text) in texts.sorted(by: { $0.key < $1.key }) {
            switch ConfigTable.topic[name]?.read(stored: text) {
            case .value(let value): overrides[name] = value
            case .unreadable(let reason):
                unreadable.append(UnreadableConfig(key: name, text: text, reason: reason))
                if Self.decidesWhatIsDeleted(name) { keepsData = true }
            case nil: unreadable.append(UnreadableConfig(key: name, text: text, reason: "the key is not known"))
            }
        }
        var defaults: [String: ConfigValue] = [:]
        for key in ConfigTable.topic.keys {
            let (value, failures) = Self.inherited(key, brokerText)
            if let value { defaults[key.name] = value }
            if !failures.isEmpty, texts[key.name] == nil, Self.decidesWhatIsDeleted(key.name) { keepsData = true }
        }
        if keepsData { overrides[Self.cleanupPolicy] = .list([]) }
        self.overrides = overrides
        self.defaults = defaults
        self.unreadable = unreadable
        self.keepsData = keepsData
    }

    private static let cleanupPolicy = "cleanup.policy"

    /// Keys whose default could delete or compact away what the intended value keeps.
    private static func decidesWhatIsDeleted(_ name: String) -> Bool {
        [cleanupPolicy, "retention.ms", "retention.bytes", "delete.retention.ms", "min.compaction.lag.ms"].contains(name)
    }

    /// What the broker's keys give a topic key: the first synonym that is set and can be read, hours and minutes turned into milliseconds.
    static func inherited(_ key: ConfigKey, _ brokerText: (String) -> String?) -> (value: ConfigValue?, unreadable: [UnreadableConfig]) {
        var unreadable: [UnreadableConfig] = []
        for synonym in key.synonyms {
            guard let text = brokerText(synonym), let known = ConfigTable.broker[synonym] else { continue }
            switch known.read(stored: text) {
            case .value(.integer(let number)): return (.integer(milliseconds(of: synonym, number)), unreadable)
            case .value(let value): return (value, unreadable)
            case .unreadable(let reason): unreadable.append(UnreadableConfig(key: synonym, text: text, reason: reason))
            }
        }
        return (nil, unreadable)
    }

    private static func milliseconds(of synonym: String, _ number: Int64) -> Int64 {
        let unit: Int64 = synonym.hasSuffix(".hours") ? 3_600_000 : synonym.hasSuffix(".minutes") ? 60_000 : 1
        // A negative retention means none, whatever its unit.
        return number < 0 && unit > 1 ? -1 : number.multipliedReportingOverflow(by: unit).partialValue
    }

    /// The value in force; `.null` for a key that topics do not have.
    public subscript(_ name: String) -> ConfigValue {
        if let value = overrides[name] ?? defaults[name] { return value }
        guard let key = ConfigTable.topic[name], let text = key.defaultText else { return .null }
        return (try? ConfigValue.read(text, as: key.kind, key: name)) ?? .null
    }

    private func int(_ name: String) -> Int64 { self[name].int ?? 0 }

    public var minCompactionLagMs: Int64 { int("min.compaction.lag.ms") }
    public var maxCompactionLagMs: Int64 { int("max.compaction.lag.ms") }

    /// Checks a topic's own texts and how they fit the rest; the error is Kafka's text.
    public static func validate(_ texts: [String: String], brokerText: (String) -> String?) throws(ConfigError) {
        _ = try ConfigTable.topic.parse(texts, unknown: "topic")
        let config = TopicConfig(overrides: texts, brokerText: brokerText)
        if config.minCompactionLagMs > config.maxCompactionLagMs {
            throw ConfigError(
                "conflict topic config setting min.compaction.lag.ms (\(config.minCompactionLagMs)) > max.compaction.lag.ms (\(config.maxCompactionLagMs))")
        }
        if config["remote.storage.enable"].bool == true {
            throw ConfigError("Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.")
        }
    }
}
