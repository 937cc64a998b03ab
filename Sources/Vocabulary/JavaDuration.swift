/// A span of time as `java.time.Duration` reads it: `PnDTnHnMn.nS`.
public struct JavaDuration: Equatable, Sendable {
    public private(set) var seconds: Int64 = 0
    /// Has the sign of the seconds.
    public private(set) var milliseconds: Int64 = 0

    /// The seconds of Java's `Instant.MIN` and `Instant.MAX`.
    private static let instants = -31_557_014_167_219_200...Int64(31_556_889_864_403_199)
    private static let units: [(mark: Character, name: String, seconds: Int64)] = [
        ("D", "days", 86_400), ("H", "hours", 3_600), ("M", "minutes", 60), ("S", "seconds", 1),
    ]

    public init(_ text: String) throws(JavaTextError) {
        func failure(_ detail: String = "") -> JavaTextError {
            JavaTextError("Text cannot be parsed to a Duration" + detail, "'\(text)' is not a duration: use PnDTnHnMnS, such as P1DT12H")
        }
        var rest = Substring(text.uppercased())
        let isNegative = Self.sign(&rest)
        guard rest.popFirst() == "P" else { throw failure() }
        var units = Self.units.prefix(1)
        var isTimePart = false
        var isEmpty = true
        while !rest.isEmpty {
            if !isTimePart, rest.first == "T" {
                rest.removeFirst()
                isTimePart = true
                units = Self.units.dropFirst()
                guard !rest.isEmpty else { throw failure() }
                continue
            }
            guard let amount = Self.amount(&rest) else { throw failure() }
            guard let mark = rest.popFirst(), let position = units.firstIndex(where: { $0.mark == mark }) else { throw failure() }
            guard amount.milliseconds == nil || mark == "S" else { throw failure() }
            let unit = units[position]
            units = units[(position + 1)...]
            guard let whole = Int64(amount.digits), case let (product, false) = whole.multipliedReportingOverflow(by: unit.seconds) else {
                throw failure(": \(unit.name)")
            }
            let (sum, overflows) = seconds.addingReportingOverflow(product)
            if overflows { throw failure(": overflow") }
            seconds = sum
            milliseconds = amount.milliseconds ?? 0
            isEmpty = false
        }
        if isEmpty { throw failure() }
        if isNegative {
            if seconds == .min { throw failure(": overflow") }
            (seconds, milliseconds) = (-seconds, -milliseconds)
        }
    }

    /// All of it in milliseconds; nil when that is more than a number holds.
    public var totalMilliseconds: Int64? {
        let (product, overflows) = seconds.multipliedReportingOverflow(by: 1_000)
        let (sum, overflowsToo) = product.addingReportingOverflow(milliseconds)
        return overflows || overflowsToo ? nil : sum
    }

    public var isNegative: Bool { seconds < 0 || milliseconds < 0 }

    /// The time that lies this span before another, both in milliseconds since 1970.
    /// - Throws: Java's text when there is no such time.
    public func before(nowMs: Int64) throws(JavaTextError) -> Int64 {
        let total = nowMs - milliseconds
        let (second, overflows) = (total / 1_000).subtractingReportingOverflow(seconds)
        let hint = "no time lies that far from now"
        guard overflows || Self.instants.contains(second) else { throw JavaTextError("Instant exceeds minimum or maximum instant", hint) }
        let (result, overflowsToo) = second.multipliedReportingOverflow(by: 1_000)
        guard !overflows, !overflowsToo else { throw JavaTextError("long overflow", hint) }
        return result + total % 1_000
    }

    /// True for a minus; a plus is skipped.
    private static func sign(_ rest: inout Substring) -> Bool {
        guard let first = rest.first, first == "-" || first == "+" else { return false }
        rest.removeFirst()
        return first == "-"
    }

    /// A signed number, with milliseconds when it has a decimal mark; nil when there is none.
    private static func amount(_ rest: inout Substring) -> (digits: String, milliseconds: Int64?)? {
        let isNegative = sign(&rest)
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        if digits.isEmpty { return nil }
        rest.removeFirst(digits.count)
        let text = (isNegative ? "-" : "") + digits
        guard rest.first == "." || rest.first == "," else { return (text, nil) }
        rest.removeFirst()
        let decimals = rest.prefix { $0.isASCII && $0.isNumber }
        guard decimals.count <= 9 else { return nil }
        rest.removeFirst(decimals.count)
        let milli = Int64((decimals + "000").prefix(3)) ?? 0
        return (text, isNegative ? -milli : milli)
    }
}

/// A text that Java does not take: its own words for it, and ours.
public struct JavaTextError: Error, Hashable, Sendable {
    public let javaText: String
    public let message: String

    public init(_ javaText: String, _ message: String) {
        self.javaText = javaText
        self.message = message
    }
}
