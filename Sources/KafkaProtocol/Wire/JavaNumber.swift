/// Floating-point numbers as Java's `Double.toString` and `Float.toString` write them.
public enum JavaNumber {
    /// The text of a double.
    public static func text(_ value: Double) -> String { text("\(value)", value.isNaN, value.isInfinite, value < 0, value.magnitude) }
    /// The text of a float.
    public static func text(_ value: Float) -> String { text("\(value)", value.isNaN, value.isInfinite, value < 0, Double(value.magnitude)) }

    /// - Parameter shortest: Swift's text, which has the fewest digits that give the number back.
    private static func text(_ shortest: String, _ isNaN: Bool, _ isInfinite: Bool, _ isNegative: Bool, _ magnitude: Double) -> String {
        if isNaN { return "NaN" }
        if isInfinite { return isNegative ? "-Infinity" : "Infinity" }
        let sign = shortest.hasPrefix("-") ? "-" : ""
        if magnitude == 0 { return sign + "0.0" }
        let parts = shortest.drop { $0 == "-" }.split(separator: "e")
        var exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let halves = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let fraction = halves.count > 1 ? String(halves[1]) : ""
        var digits = String(halves[0]) + fraction
        // The decimal point stands behind `exponent` digits.
        exponent += halves[0].count
        let zeros = digits.prefix { $0 == "0" }.count
        digits.removeFirst(zeros)
        exponent -= zeros
        while digits.count > 1, digits.last == "0" { digits.removeLast() }
        if magnitude >= 1e-3 && magnitude < 1e7 {
            if exponent <= 0 { return sign + "0." + String(repeating: "0", count: -exponent) + digits }
            let whole = digits.prefix(exponent) + String(repeating: "0", count: max(0, exponent - digits.count))
            let rest = digits.dropFirst(exponent)
            return sign + whole + "." + (rest.isEmpty ? "0" : rest)
        }
        let rest = digits.dropFirst()
        return sign + digits.prefix(1) + "." + (rest.isEmpty ? "0" : rest) + "E\(exponent - 1)"
    }
}
