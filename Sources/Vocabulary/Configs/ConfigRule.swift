/// What a key asks of its values beyond their type.
public enum ConfigRule: Sendable, Equatable {
    case any
    case atLeast(Int64)
    case between(Int64, Double)
    case oneOf([String], ignoringCase: Bool = false)
    case nonEmpty
    /// A list without empty entries, of which repeated ones count once; each one of `allowed` unless that is empty.
    case list([String], allowsEmpty: Bool = true)
    /// 1 to 9, or -1 for the codec's own default.
    case gzipLevel
    /// `*` or a list of `partition:broker`.
    case throttledReplicas
    /// `earliest`, `latest` or `by_duration:` with an ISO 8601 duration (KIP-932).
    case offsetReset

    /// Whether a list's value is what is left once repeated entries are dropped.
    var dropsRepeatedEntries: Bool { if case .list = self { true } else { false } }

    /// Throws Kafka's text when the value breaks the rule. An absent value is never checked here.
    public func check(_ value: ConfigValue, key: String) throws(ConfigError) {
        switch self {
        case .any: return
        case .atLeast(let low): try checkRange(value, low: Double(low), high: nil, lowText: String(low), highText: "", key: key)
        case .between(let low, let high):
            let highText = high == high.rounded() ? String(Int64(high)) : ConfigValue.javaText(high)
            try checkRange(value, low: Double(low), high: high, lowText: String(low), highText: highText, key: key)
        case .oneOf(let allowed, let ignoringCase):
            guard case .string(let text) = value else { return }
            if ignoringCase ? allowed.contains(where: { $0.lowercased() == text.lowercased() }) : allowed.contains(text) { return }
            let how = ignoringCase ? " (case insensitive)" : ""
            throw .invalid(text, key: key, "String must be one of\(how): \(allowed.joined(separator: ", "))")
        case .nonEmpty:
            if case .string("") = value { throw .invalid("", key: key, "String must be non-empty") }
        case .list(let allowed, let allowsEmpty): try checkList(value, allowed: allowed, allowsEmpty: allowsEmpty, key: key)
        case .gzipLevel:
            guard case .integer(let level) = value, level != -1, !(1...9).contains(level) else { return }
            throw .invalid(String(level), key: key, "Value must be between 1 and 9 or equal to -1")
        case .throttledReplicas: try checkThrottledReplicas(value, key: key)
        case .offsetReset:
            guard case .string(let text) = value, !Self.isOffsetReset(text) else { return }
            let form = "The value must be either 'earliest', 'latest' or of the format 'by_duration:<PnDTnHnMn.nS>'."
            throw .invalid(text, key: key, "Invalid value `\(text)` for configuration \(key). \(form)")
        }
    }

    private func checkRange(_ value: ConfigValue, low: Double, high: Double?, lowText: String, highText: String, key: String) throws(ConfigError) {
        let number: Double
        switch value {
        case .integer(let n): number = Double(n)
        case .double(let n): number = n
        default: return
        }
        if number < low { throw .invalid(value.text ?? "", key: key, "Value must be at least \(lowText)") }
        if let high, number > high { throw .invalid(value.text ?? "", key: key, "Value must be no more than \(highText)") }
    }

    private func checkList(_ value: ConfigValue, allowed: [String], allowsEmpty: Bool, key: String) throws(ConfigError) {
        guard case .list(let entries) = value else { return }
        if entries.isEmpty && !allowsEmpty {
            let valid = allowed.isEmpty ? "any non-empty value" : "[\(allowed.joined(separator: ", "))]"
            throw ConfigError("Configuration '\(key)' must not be empty. Valid values include: \(valid)")
        }
        for entry in entries {
            if entry.isEmpty { throw ConfigError("Configuration '\(key)' values must not be empty.") }
            if !allowed.isEmpty && !allowed.contains(entry) {
                throw .invalid(entry, key: key, "String must be one of: \(allowed.joined(separator: ", "))")
            }
        }
    }

    private func checkThrottledReplicas(_ value: ConfigValue, key: String) throws(ConfigError) {
        guard case .list(let entries) = value, entries != ["*"] else { return }
        let isPair: (String) -> Bool = { entry in
            let halves = entry.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            return halves.count == 2 && halves.allSatisfy { !$0.isEmpty && $0.allSatisfy { (48...57).contains($0) } }
        }
        if entries.allSatisfy(isPair) { return }
        throw .invalid(
            "[\(entries.joined(separator: ", "))]", key: key,
            "\(key) must be the literal '*' or a list of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...")
    }

    private static func isOffsetReset(_ text: String) -> Bool {
        if text == "earliest" || text == "latest" { return true }
        let prefix = "by_duration:"
        return text.hasPrefix(prefix) && (try? JavaDuration(String(text.dropFirst(prefix.count))))?.isNegative == false
    }
}
