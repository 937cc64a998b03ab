/// One configuration key of Kafka: its type, default, rule and where it stands (Kafka documentation, "Configuration").
public struct ConfigKey: Sendable {
    /// The type of a value; the raw value is what DescribeConfigs sends.
    public enum Kind: Int8, Sendable {
        case boolean = 1, string, int, short, long, double, list, `class`, password

        /// The name that Kafka prints in errors, such as `LONG`.
        public var javaName: String {
            switch self {
            case .boolean: "BOOLEAN"
            case .string: "STRING"
            case .int: "INT"
            case .short: "SHORT"
            case .long: "LONG"
            case .double: "DOUBLE"
            case .list: "LIST"
            case .class: "CLASS"
            case .password: "PASSWORD"
            }
        }
    }
    public enum Importance: Sendable { case high, medium, low }
    /// How a broker key may change while the broker runs (KIP-226).
    public enum UpdateMode: Sendable { case readOnly, perBroker, clusterWide }

    public let name: String
    /// What this broker does with the key.
    public let treatment: ConfigTreatment
    public let kind: Kind
    /// The default as Kafka prints it; nil when there is none.
    public let defaultText: String?
    public let rule: ConfigRule
    public let importance: Importance
    /// Internal keys are accepted, but a broker shows them only where they are set.
    public let isInternal: Bool
    public let isRequired: Bool
    /// For topic and group keys: the broker keys that give the default, the exact one first.
    public let synonyms: [String]
    public let update: UpdateMode

    public init(
        _ name: String, _ treatment: ConfigTreatment, _ kind: Kind, _ defaultText: String?, _ rule: ConfigRule = .any, importance: Importance = .medium,
        isInternal: Bool = false,
        isRequired: Bool = false, synonyms: [String] = [], update: UpdateMode = .readOnly
    ) {
        self.name = name
        self.treatment = treatment
        self.kind = kind
        self.defaultText = defaultText
        self.rule = rule
        self.importance = importance
        self.isInternal = isInternal
        self.isRequired = isRequired
        self.synonyms = synonyms
        self.update = update
    }

    /// Passwords are never sent to anyone.
    public var isSensitive: Bool { kind == .password }

    /// The typed value of a text: first its type is read, then repeated entries of a list go, then the rule is checked. The errors are Kafka's.
    public func parse(_ text: String) throws(ConfigError) -> ConfigValue {
        var value = try ConfigValue.read(text, as: kind, key: name)
        if let entries = value.strings, rule.dropsRepeatedEntries { value = .list(Self.distinct(entries)) }
        try rule.check(value, key: name)
        return value
    }

    /// Whether a text asks for something else than Kafka's default. One that cannot be read does.
    public func isChanged(by text: String) -> Bool {
        guard let value = try? parse(text) else { return true }
        if let defaultText { return value != (try? parse(defaultText)) }
        return value.text.map { !JavaText.trim($0).isEmpty } ?? false
    }

    /// What parsing a text that was stored earlier, perhaps by another broker, gave.
    public enum Stored: Hashable, Sendable {
        case value(ConfigValue)
        case unreadable(reason: String)
    }

    /// The value of a stored text, or why there is none. Whoever falls back to another value must say so.
    public func read(stored text: String) -> Stored {
        do throws(ConfigError) {
            return .value(try parse(text))
        } catch {
            return .unreadable(reason: error.message)
        }
    }

    /// Kafka's warning about a list that names an entry twice; nil for every other text.
    public func duplicateWarning(_ text: String) -> String? {
        guard kind == .list, rule.dropsRepeatedEntries else { return nil }
        let entries = ConfigValue.entries(of: text), kept = Self.distinct(entries)
        if entries.count == kept.count { return nil }
        return "Configuration key \"\(name)\" contains duplicate values. Duplicates will be removed. "
            + "The original value is: [\(entries.joined(separator: ", "))], the updated value is: [\(kept.joined(separator: ", "))]"
    }

    private static func distinct(_ entries: [String]) -> [String] {
        var seen: Set<String> = []
        return entries.filter { seen.insert($0).inserted }
    }
}

/// Why a configuration was refused; `message` is Kafka's own text.
public struct ConfigError: Error, Hashable, Sendable, CustomStringConvertible {
    public let message: String

    public init(_ message: String) { self.message = message }

    /// Kafka's text for a value that a key cannot take.
    public static func invalid(_ value: String, key: String, _ reason: String) -> ConfigError {
        ConfigError("Invalid value \(value) for configuration \(key): \(reason)")
    }

    public var description: String { message }
}
