import KafkaClient
import Vocabulary

/// What the settings of an option are for.
public enum SettingKind: String, Equatable, Sendable {
    /// Of a topic.
    case topic
    /// Of a broker, in its configuration file.
    case broker
    /// Of a broker, while it runs.
    case dynamicBroker = "dynamic-broker"
    /// Of a group.
    case group
    /// Of a subscription of clients' metrics.
    case clientMetrics = "client-metrics"
    /// Quotas and passwords of a user.
    case user
    /// Quotas of a client id.
    case client
    /// Quotas of an address.
    case ip
    /// Of whatever the command line names: `--entity-type`, `--topic` and so on.
    case entity
    /// Of a producer.
    case producer
    /// Of a consumer.
    case consumer
    /// Of an admin client.
    case admin
    /// Of console-producer's line reader.
    case lineReader = "line-reader"
    /// Of console-consumer's formatter.
    case formatter
}

/// What a shell offers for `key=value`: keys first, then the values of the key that is typed.
struct SettingSuggestions {
    /// A key and the values worth offering: all that it takes where they are few, else its default.
    struct Key: Equatable {
        let name: String
        let values: [String]
    }

    let keys: [Key]

    init(_ kind: SettingKind) {
        keys =
            switch kind {
            case .topic: Self.keys(of: .topic)
            case .group: Self.keys(of: .group)
            case .clientMetrics: Self.keys(of: .clientMetrics)
            case .broker: Self.keys(of: .broker)
            case .dynamicBroker: Self.keys(of: .broker) { $0.update != .readOnly } + Self.keys(of: .replicationThrottles)
            case .user: Self.scram + Self.quotas
            case .client: Self.quotas
            case .ip: [Key(name: "connection_creation_rate", values: [])]
            case .producer: Self.keys(of: .producer)
            case .consumer: Self.keys(of: .consumer)
            case .admin: Self.keys(of: .admin)
            case .lineReader: Self.lineReader
            case .formatter: Self.formatter
            case .entity: []
            }
    }

    /// Everything that could stand for a value that is being typed.
    /// - Parameters:
    ///   - isList: settings are separated by commas; those before the last stay.
    ///   - namesOnly: keys without values.
    func candidates(for value: String, isList: Bool, namesOnly: Bool) -> [String] {
        let earlier = isList ? Self.head(of: value) : ""
        let last = value.dropFirst(earlier.count)
        guard !namesOnly, let equals = last.firstIndex(of: "=") else {
            let typed = Set(earlier.split(separator: ",").map { String($0.prefix { $0 != "=" }) })
            return keys.filter { !typed.contains($0.name) }.map { earlier + $0.name + (namesOnly ? "" : "=") }
        }
        guard let key = keys.first(where: { $0.name == last[..<equals] }) else { return [] }
        return key.values.map { "\(earlier)\(key.name)=\($0)" }
    }

    /// The settings before the last, with the comma behind them. Brackets keep commas together.
    private static func head(of value: String) -> String {
        var depth = 0
        var end = value.startIndex
        for (index, character) in zip(value.indices, value) {
            switch character {
            case "[": depth += 1
            case "]": depth -= 1
            case "," where depth <= 0: end = value.index(after: index)
            default: break
            }
        }
        return String(value[..<end])
    }

    private static let scram = [
        Key(name: "SCRAM-SHA-256", values: ["[password="]), Key(name: "SCRAM-SHA-512", values: ["[password="]),
    ]

    private static let quotas = ["consumer_byte_rate", "controller_mutation_rate", "producer_byte_rate", "request_percentage"].map { Key(name: $0, values: []) }

    private static let lineReader =
        ["parse.key", "parse.headers", "ignore.error"].map { Key(name: $0, values: booleans) }
        + ["key.separator", "headers.delimiter", "headers.separator", "headers.key.separator", "null.marker"].map { Key(name: $0, values: []) }

    private static let formatter = DefaultFormatter.propertyNames.map { name in
        Key(name: name, values: name.hasPrefix("print.") ? booleans : name.hasSuffix(".deserializer") ? Deserializers.names : [])
    }

    private static func keys(of table: ConfigTable, where condition: (ConfigKey) -> Bool = { _ in true }) -> [Key] {
        table.keys.filter { !$0.isInternal && condition($0) }.map { Key(name: $0.name, values: $0.suggestedValues) }.sorted { $0.name < $1.name }
    }

    private static func keys(of clients: ClientConfigKey.Clients) -> [Key] {
        ClientConfigKey.all.filter { $0.belongs(to: clients) }.map { Key(name: $0.name, values: clientValues[$0.name] ?? []) }
    }

    /// Values of properties of clients that take one of a few words.
    private static let clientValues: [String: [String]] = [
        "acks": ["0", "1", "all"], "auto.offset.reset": ["earliest", "latest", "none"], "allow.auto.create.topics": booleans, "check.crcs": booleans,
        "compression.type": ["none", "gzip", "snappy", "lz4", "zstd"], "enable.auto.commit": booleans, "enable.idempotence": booleans,
        "exclude.internal.topics": booleans, "group.protocol": ["classic", "consumer"], "isolation.level": ["read_committed", "read_uncommitted"],
        "partitioner.ignore.keys": booleans, "sasl.mechanism": ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"],
        "security.protocol": ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"], "ssl.keystore.type": ["PEM", "PKCS12"],
        "ssl.truststore.type": ["PEM", "PKCS12"],
    ]

    static let booleans = ["true", "false"]
}

extension ConfigKey {
    /// All values where they are few, else the default.
    fileprivate var suggestedValues: [String] {
        if kind == .boolean { return SettingSuggestions.booleans }
        if isSensitive { return [] }
        switch rule {
        case .oneOf(let words, _): return words
        case .list(let words, _) where !words.isEmpty: return words
        case .offsetReset: return ["earliest", "latest"]
        case .throttledReplicas: return ["*"]
        default: return (defaultText.map { $0.isEmpty ? [] : [$0] }) ?? []
        }
    }
}
