/// A configuration value after its text was read as its key's type.
public enum ConfigValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    /// A short, an int or a long.
    case integer(Int64)
    case double(Double)
    /// A string, a class name or a password.
    case string(String)
    case list([String])

    /// The value as Kafka prints it; nil for null.
    public var text: String? {
        switch self {
        case .null: nil
        case .boolean(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .double(let value): Self.javaText(value)
        case .string(let value): value
        case .list(let value): value.joined(separator: ",")
        }
    }

    public var bool: Bool? { if case .boolean(let value) = self { value } else { nil } }
    public var int: Int64? { if case .integer(let value) = self { value } else { nil } }
    public var strings: [String]? { if case .list(let value) = self { value } else { nil } }

    /// Reads a text as the type asks: surrounding white space does not count, except in passwords.
    static func read(_ text: String, as kind: ConfigKey.Kind, key: String) throws(ConfigError) -> ConfigValue {
        let trimmed = JavaText.trim(text)
        switch kind {
        case .boolean:
            switch trimmed.lowercased() {
            case "true": return .boolean(true)
            case "false": return .boolean(false)
            default: throw .invalid(text, key: key, "Expected value to be either true or false")
            }
        case .string, .class: return .string(trimmed)
        case .password: return .string(text)
        case .list: return .list(entries(of: trimmed))
        case .int: if let value = Int32(trimmed) { return .integer(Int64(value)) }
        case .short: if let value = Int16(trimmed) { return .integer(Int64(value)) }
        case .long: if let value = Int64(trimmed) { return .integer(value) }
        case .double: if let value = javaDouble(trimmed) { return .double(value) }
        }
        throw .invalid(text, key: key, "Not a number of type \(kind.javaName)")
    }

    /// Entries between commas, white space around them dropped; none for a blank text.
    public static func entries(of text: some StringProtocol) -> [String] {
        let trimmed = JavaText.trim(text)
        return trimmed.isEmpty ? [] : trimmed.split(separator: ",", omittingEmptySubsequences: false).map { JavaText.trim($0) }
    }

    /// A number as Java's `Double.parseDouble` reads it, without blanks around it and without hexadecimal digits.
    public static func javaDouble(_ text: String) -> Double? {
        var digits = text
        if digits.count > 1, let last = digits.last, "dDfF".contains(last) { digits.removeLast() }
        let unsigned = digits.drop { $0 == "+" || $0 == "-" }
        switch unsigned {
        case "NaN": return .nan
        case "Infinity": return digits.first == "-" ? -.infinity : .infinity
        default: return unsigned.allSatisfy { "0123456789.eE+-".contains($0) } ? Double(digits) : nil
        }
    }

    /// A double as Java prints it: plain from 10⁻³ to 10⁷, else with an exponent, always with a fraction.
    public static func javaText(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        let size = value.magnitude
        if size == 0 || (size >= 1e-3 && size < 1e7) { return value.description }
        // Swift prints the same shortest digits, only with the point elsewhere.
        var mantissa = size.description, exponent = 0
        if let mark = mantissa.firstIndex(of: "e") {
            exponent = Int(mantissa[mantissa.index(after: mark)...].drop { $0 == "+" }) ?? 0
            mantissa = String(mantissa[..<mark])
        }
        let halves = mantissa.split(separator: ".", omittingEmptySubsequences: false)
        let whole = halves.first.map(String.init) ?? "0"
        let fraction = halves.count > 1 ? String(halves[1]) : ""
        let all = Array(whole + fraction)
        let lead = all.firstIndex { $0 != "0" } ?? 0
        exponent += whole.count - 1 - lead
        var tail = String(all[(lead + 1)...])
        while tail.hasSuffix("0") { tail.removeLast() }
        return (value < 0 ? "-" : "") + "\(all[lead]).\(tail.isEmpty ? "0" : tail)E\(exponent)"
    }
}
