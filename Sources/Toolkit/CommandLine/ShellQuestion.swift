import Host

/// `ottla __complete KIND VALUE WORD...`: what a shell offers for a value that is being typed, one a line. Never an error, never later than the budget.
///
/// VALUE is what is typed of it, the words are those of the command line before it, the program's name first.
struct ShellQuestion {
    private let kind: Substring
    private let settings: SettingKind?
    private let value: String
    private let line: TypedLine

    init?(_ words: [String]) {
        guard words.count >= 2 else { return nil }
        let parts = words[0].split(separator: ".", maxSplits: 1)
        guard let kind = parts.first else { return nil }
        self.kind = kind
        settings = parts.count == 2 ? SettingKind(rawValue: String(parts[1])) : nil
        value = words[1]
        line = TypedLine(Array(words.dropFirst(2)))
    }

    static func answer(_ words: [String], output: OutputWriter) -> Int32 {
        for candidate in ShellQuestion(words)?.candidates ?? [] where isPrintable(candidate) { output.line(candidate) }
        return 0
    }

    /// A group may have any name; what a terminal would obey is not offered.
    private static func isPrintable(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control && $0.properties.generalCategory != .format }
    }

    private var candidates: [String] {
        switch kind {
        case "setting", "settings", "names":
            guard let kind = settings == .entity ? line.entityKind : settings else { return [] }
            return SettingSuggestions(kind).candidates(for: value, isList: self.kind != "setting", namesOnly: self.kind == "names")
        case "entities": return (line.entityType.flatMap { ClusterNames.Kind(rawValue: $0) }).map(names) ?? []
        default: return ClusterNames.Kind(rawValue: String(kind)).map(names) ?? []
        }
    }

    private func names(_ kind: ClusterNames.Kind) -> [String] { (try? ClusterNames(line).all(kind)) ?? [] }
}

/// The words of a command line that is being typed, as far as completion needs them. It may be wrong or unfinished.
struct TypedLine {
    private let words: [String]

    init(_ words: [String]) { self.words = words.map(Self.expanded) }

    /// The last value of any of these options, `--name value` or `--name=value`.
    func value(of names: String...) -> String? {
        var value: String?
        for (index, word) in words.enumerated() where word.hasPrefix("-") {
            let spelled = word.drop { $0 == "-" }
            let parts = spelled.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = parts.first, names.contains(String(name)) else { continue }
            value = parts.count == 2 ? String(parts[1]) : index + 1 < words.count ? words[index + 1] : value
        }
        return value
    }

    /// Whether any of these options is there.
    func has(_ names: String...) -> Bool {
        words.contains { word in word.hasPrefix("-") && names.contains(String(word.drop { $0 == "-" }.prefix { $0 != "=" })) }
    }

    /// The kind of entity whose settings are meant, by the name that `--entity-type` has for it.
    var entityType: String? {
        if let type = value(of: "entity-type") { return type }
        if has("topic") { return "topics" }
        if has("broker", "broker-defaults") { return "brokers" }
        if has("group") { return "groups" }
        if has("client-metrics") { return "client-metrics" }
        if has("user", "user-defaults") { return "users" }
        if has("client", "client-defaults") { return "clients" }
        return has("ip", "ip-defaults") ? "ips" : nil
    }

    /// The settings that such an entity has.
    var entityKind: SettingKind? {
        switch entityType {
        case "topics": .topic
        case "brokers": .dynamicBroker
        case "groups": .group
        case "client-metrics": .clientMetrics
        case "users": .user
        case "clients": .client
        case "ips": .ip
        default: nil
        }
    }

    /// Shells hand on the home directory as it was typed.
    private static func expanded(_ word: String) -> String {
        guard word.hasPrefix("~/"), let home = Surroundings.variable("HOME") else { return word }
        return home + word.dropFirst()
    }
}
