import Vocabulary

/// Reads typed values from Java properties, with the texts of Kafka's ConfigException (class `ConfigDef` of Kafka's clients library).
public struct ConfigReader: Sendable {
    public let properties: [String: String]

    public init(_ properties: [String: String]) { self.properties = properties }

    /// Kafka's message for a bad value.
    public static func invalid(_ name: String, _ value: String, _ why: String) -> ClientError {
        .invalidValue("Invalid value \(value) for configuration \(name): \(why)")
    }

    public func string(_ name: String) -> String? { properties[name].map { JavaText.trim($0) } }

    /// A 16-bit integer.
    public func short(_ name: String, default fallback: Int, in range: ClosedRange<Int>) throws(ClientError) -> Int {
        try number(name, fallback, kind: "SHORT", limits: Int(Int16.min)...Int(Int16.max), range.lowerBound, range.upperBound)
    }

    /// A 32-bit integer.
    public func int(_ name: String, default fallback: Int, atLeast: Int? = nil, atMost: Int? = nil) throws(ClientError) -> Int {
        try number(name, fallback, kind: "INT", limits: Int(Int32.min)...Int(Int32.max), atLeast, atMost)
    }

    /// A 64-bit integer.
    public func long(_ name: String, default fallback: Int, atLeast: Int? = nil, atMost: Int? = nil) throws(ClientError) -> Int {
        try number(name, fallback, kind: "LONG", limits: Int.min...Int.max, atLeast, atMost)
    }

    private func number(
        _ name: String, _ fallback: Int, kind: String, limits: ClosedRange<Int>, _ atLeast: Int?, _ atMost: Int?
    ) throws(ClientError) -> Int {
        guard let text = string(name) else { return fallback }
        guard let value = Int(java: text), limits.contains(value) else { throw Self.invalid(name, text, "Not a number of type \(kind)") }
        if let atLeast, value < atLeast { throw Self.invalid(name, text, "Value must be at least \(atLeast)") }
        if let atMost, value > atMost { throw Self.invalid(name, text, "Value must be no more than \(atMost)") }
        return value
    }

    public func double(_ name: String, default fallback: Double, in range: ClosedRange<Double>? = nil) throws(ClientError) -> Double {
        guard let text = string(name) else { return fallback }
        guard let value = Double(text) else { throw Self.invalid(name, text, "Not a number of type DOUBLE") }
        if let range {
            if value < range.lowerBound { throw Self.invalid(name, "\(value)", "Value must be at least \(range.lowerBound)") }
            if value > range.upperBound { throw Self.invalid(name, "\(value)", "Value must be no more than \(range.upperBound)") }
        }
        return value
    }

    public func bool(_ name: String, default fallback: Bool) throws(ClientError) -> Bool {
        guard let text = string(name) else { return fallback }
        switch text.lowercased() {
        case "true": return true
        case "false": return false
        default: throw Self.invalid(name, text, "Expected value to be either true or false")
        }
    }

    /// A comma-separated list; blanks around entries are dropped.
    public func list(_ name: String, default fallback: [String] = []) -> [String] {
        guard let text = string(name) else { return fallback }
        return text.isEmpty ? [] : text.split(separator: ",", omittingEmptySubsequences: false).map { JavaText.trim($0) }
    }

    /// One of a few words.
    public func choice(_ name: String, default fallback: String, of choices: [String], caseInsensitive: Bool = false) throws(ClientError) -> String {
        guard let text = string(name) else { return fallback }
        if caseInsensitive {
            if let match = choices.first(where: { $0.lowercased() == text.lowercased() }) { return match }
            throw Self.invalid(name, text, "String must be one of (case insensitive): \(choices.joined(separator: ", "))")
        }
        if choices.contains(text) { return text }
        throw Self.invalid(name, text, "String must be one of: \(choices.joined(separator: ", "))")
    }
}
