import KafkaProtocol
import Vocabulary

/// Where a value in force comes from; the raw values are those of DescribeConfigs.
public enum ConfigSource: Int8, Sendable {
    case topic = 1, dynamicBroker, dynamicBrokerDefault, staticBroker, `default`, brokerLogger, clientMetrics, group
}

/// A configuration value as DescribeConfigs shows it.
public struct ConfigEntry: Sendable {
    /// One of the places that could give the value, the strongest first.
    public struct Synonym: Sendable, Equatable {
        public var name: String
        public var value: String?
        public var source: ConfigSource
    }
    public var name: String
    public var value: String?
    public var source: ConfigSource
    public var isReadOnly: Bool
    public var isSensitive: Bool
    /// Nil for a key that Kafka does not know.
    public var kind: ConfigKey.Kind?
    public var synonyms: [Synonym]
}

/// Configuration in force as one broker sees it: dynamic values of the metadata over the broker's own properties over Kafka's defaults.
public struct ConfigView: Sendable {
    public let image: MetadataImage
    public let brokerId: Int32
    /// The broker's properties as given at its start.
    public let properties: [String: String]
    private let ownTexts: [String: String]
    private let clusterTexts: [String: String]

    public init(image: MetadataImage, brokerId: Int32, properties: [String: String]) {
        self.image = image
        self.brokerId = brokerId
        self.properties = properties
        ownTexts = image.config(of: .broker(brokerId))
        clusterTexts = image.config(of: .brokerDefault)
    }

    /// The text set for a broker key, the broker's own before the cluster's; nil when only the default holds.
    public func brokerText(_ key: String) -> String? { ownTexts[key] ?? clusterTexts[key] ?? staticText(key) }

    private func staticText(_ key: String) -> String? { properties[key] ?? (key == "broker.id" ? properties["node.id"] : nil) }

    /// The value in force for a broker key: of the strongest layer whose text can be read (`notes` names the others); `.null` where there is none.
    public func broker(_ name: String) -> ConfigValue {
        guard let key = ConfigTable.broker[name] else { return .null }
        for (text, _) in layers(name) {
            if case .value(let value) = key.read(stored: text) { return value }
        }
        return key.defaultText.flatMap { try? key.parse($0) } ?? .null
    }

    /// The configuration in force for a topic, which need not exist.
    public func topic(_ name: String) -> TopicConfig { topic(texts: image.config(of: .topic(name))) }
    public func topic(texts: [String: String]) -> TopicConfig { TopicConfig(overrides: texts, brokerText: brokerText) }

    /// The value in force for a group's key.
    public func group(_ group: String, _ name: String) -> ConfigValue {
        guard let key = ConfigTable.group[name] else { return .null }
        if let text = image.config(of: .group(group))[name], let value = try? key.parse(text) { return value }
        if let synonym = key.synonyms.first { return broker(synonym) }
        return key.defaultText.flatMap { try? key.parse($0) } ?? .null
    }

    private func layers(_ key: String) -> [(text: String, source: ConfigSource)] {
        var found: [(text: String, source: ConfigSource)] = []
        if let text = ownTexts[key] { found.append((text, .dynamicBroker)) }
        if let text = clusterTexts[key] { found.append((text, .dynamicBrokerDefault)) }
        if let text = staticText(key) { found.append((text, .staticBroker)) }
        return found
    }
}

// What DescribeConfigs and CreateTopics show.
extension ConfigView {
    /// Every key of a topic without values of its own, in Kafka's order. The same for all topics, so whoever describes many makes it once.
    public func inheritedTopicEntries() -> [ConfigEntry] {
        let config = topic(texts: [:])
        return ConfigTable.topic.keys.map { key in
            let synonyms = key.synonyms.first.map { brokerSynonyms($0) } ?? []
            return ConfigEntry(
                name: key.name, value: config[key.name].text, source: synonyms.first?.source ?? .default, isReadOnly: false, isSensitive: key.isSensitive,
                kind: key.kind, synonyms: synonyms)
        }
    }

    /// Every key of a topic. Internal keys show only where they are set.
    /// - Parameters:
    ///   - texts: the topic's own values
    ///   - inherited: what `inheritedTopicEntries` gave
    public static func topicEntries(_ texts: [String: String], over inherited: [ConfigEntry]) -> [ConfigEntry] {
        inherited.compactMap { entry in
            guard let key = ConfigTable.topic[entry.name], let own = texts[entry.name] else {
                return ConfigTable.topic[entry.name]?.isInternal == true ? nil : entry
            }
            var entry = entry
            // What cannot be read is not in force (see `TopicConfig`), but it is what the topic says.
            entry.value = Self.shown(own, key)
            entry.source = .topic
            entry.synonyms.insert(.init(name: key.name, value: entry.value, source: .topic), at: 0)
            return entry
        }
    }

    /// Every key of this broker, and what else its properties hold.
    public func brokerEntries() -> [ConfigEntry] {
        let others = Set(properties.keys).union(ownTexts.keys).union(clusterTexts.keys)
            .filter { ConfigTable.broker[$0] == nil }
        let known = ConfigTable.broker.keys.filter { !$0.isInternal || brokerText($0.name) != nil }
        return known.map { brokerEntry($0.name) } + others.sorted().map { brokerEntry($0) }
    }

    /// What is set for all brokers of the cluster.
    public func brokerDefaultEntries() -> [ConfigEntry] {
        clusterTexts.sorted { $0.key < $1.key }.map { name, text in
            let key = Self.brokerKey(name)
            let value = Self.raw(text, key)
            return ConfigEntry(
                name: name, value: value, source: .dynamicBrokerDefault, isReadOnly: key?.update == .readOnly, isSensitive: key?.isSensitive ?? true,
                kind: key?.kind,
                synonyms: [.init(name: name, value: value, source: .dynamicBrokerDefault)])
        }
    }

    public func groupEntries(_ group: String) -> [ConfigEntry] {
        let own = image.config(of: .group(group))
        return ConfigTable.group.keys.map { key in
            var synonyms = key.synonyms.first.map { brokerSynonyms($0) } ?? [.init(name: key.name, value: key.defaultText, source: .default)]
            let value = self.group(group, key.name).text
            if own[key.name] != nil { synonyms.insert(.init(name: key.name, value: value, source: .group), at: 0) }
            return ConfigEntry(
                name: key.name, value: value, source: synonyms.first?.source ?? .default, isReadOnly: false, isSensitive: false, kind: key.kind,
                synonyms: synonyms)
        }
    }

    public func clientMetricsEntries(_ subscription: String) -> [ConfigEntry] {
        let own = image.config(of: ConfigResource(.clientMetrics, subscription))
        return ConfigTable.clientMetrics.keys.map { key in
            let text = own[key.name]
            return ConfigEntry(
                name: key.name, value: text ?? key.defaultText, source: text == nil ? .default : .clientMetrics, isReadOnly: false, isSensitive: false,
                kind: key.kind, synonyms: text == nil ? [] : [.init(name: key.name, value: text, source: .clientMetrics)])
        }
    }

    private func brokerEntry(_ name: String) -> ConfigEntry {
        let key = Self.brokerKey(name)
        let synonyms = brokerSynonyms(name)
        let text = synonyms.first { $0.name == name }?.value ?? (ConfigTable.broker[name] == nil ? nil : key?.defaultText)
        let value = Self.shown(text, key)
        return ConfigEntry(
            name: name, value: value, source: synonyms.first?.source ?? .default,
            // A listener's own key is shown as read-only although it can be changed: Kafka looks up the whole name.
            isReadOnly: (ConfigTable.broker[name] ?? ConfigTable.replicationThrottles[name])?.update ?? .readOnly == .readOnly,
            isSensitive: key?.isSensitive ?? true, kind: key?.kind, synonyms: synonyms)
    }

    /// The layers under a broker key and under the coarser keys that stand in for it, beginning with the key's own.
    private func brokerSynonyms(_ name: String) -> [ConfigEntry.Synonym] {
        let names = Self.namesStandingIn(for: name)
        var all: [ConfigEntry.Synonym] = []
        for source in [ConfigSource.dynamicBroker, .dynamicBrokerDefault, .staticBroker] {
            for other in names {
                guard let text = layers(other).first(where: { $0.source == source })?.text else { continue }
                all.append(.init(name: other, value: Self.raw(text, Self.brokerKey(other)), source: source))
            }
        }
        for other in names {
            guard let key = ConfigTable.broker[other], let text = key.defaultText else { continue }
            all.append(.init(name: other, value: Self.raw(text, key), source: .default))
        }
        return Array(all.drop { $0.name != name })
    }

    /// A text as Kafka prints it after reading it; nothing for passwords and for keys it does not know.
    private static func shown(_ text: String?, _ key: ConfigKey?) -> String? {
        guard let text, let key, !key.isSensitive else { return nil }
        return (try? key.parse(text))?.text ?? text
    }

    /// A text as it was given, which is how Kafka prints the layers under a value; nothing for passwords and for keys it does not know.
    private static func raw(_ text: String?, _ key: ConfigKey?) -> String? { key.map(\.isSensitive) ?? true ? nil : text }

    static func brokerKey(_ name: String) -> ConfigKey? { ConfigTable.brokerKey(name) }
    static func listenerBase(_ name: String) -> String? { ConfigTable.listenerBase(name) }

    private static func namesStandingIn(for name: String) -> [String] {
        for family in families where family.contains(name) { return family }
        if let base = listenerBase(name) { return [name, base] }
        return [name]
    }

    private static let families: [[String]] = [
        ["log.roll.ms", "log.roll.hours"], ["log.roll.jitter.ms", "log.roll.jitter.hours"], ["log.flush.interval.ms", "log.flush.scheduler.interval.ms"],
        ["log.retention.ms", "log.retention.minutes", "log.retention.hours"],
    ]
}
