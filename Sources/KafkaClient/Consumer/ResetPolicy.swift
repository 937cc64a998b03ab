/// Where a consumer starts when it has no offset, or one that the log no longer holds (`auto.offset.reset`).
public enum ResetPolicy: Sendable, Equatable {
    case earliest
    case latest
    /// Fail instead.
    case none
    /// The first record not older than this many milliseconds (KIP-1106).
    case byDuration(ms: Int64)

    /// Reads the property's value; nil when it is none of Kafka's.
    public init?(_ text: String) {
        switch text.lowercased() {
        case "earliest": self = .earliest
        case "latest": self = .latest
        case "none": self = .none
        default:
            guard text.lowercased().hasPrefix("by_duration:"), let ms = Self.duration(text.dropFirst("by_duration:".count)) else { return nil }
            self = .byDuration(ms: ms)
        }
    }

    /// Milliseconds of an ISO 8601 duration `PnDTnHnMn.nS` that is not negative.
    static func duration(_ text: Substring) -> Int64? {
        var rest = text.uppercased()[...]
        guard rest.popFirst() == "P", !rest.isEmpty else { return nil }
        var inTime = false
        var total = 0.0
        var units = "DHMS"[...]
        var parts = 0
        while !rest.isEmpty {
            if rest.first == "T" {
                if inTime { return nil }
                inTime = true
                rest.removeFirst()
                if rest.isEmpty { return nil }
                continue
            }
            let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(number.count)
            guard let value = Double(number), let unit = rest.popFirst(), let at = units.firstIndex(of: unit) else { return nil }
            units = units[units.index(after: at)...]
            guard (unit == "D") != inTime, unit == "S" || !number.contains(".") else { return nil }
            let factor: Double =
                switch unit {
                case "D": 86_400_000
                case "H": 3_600_000
                case "M": 60_000
                default: 1_000
                }
            total += value * factor
            parts += 1
        }
        return parts > 0 && total < 9e15 ? Int64(total) : nil
    }

    /// The timestamp that ListOffsets takes for it.
    /// - Parameter wallClockMs: milliseconds since 1970.
    func timestamp(wallClockMs: Int64) -> Int64 {
        switch self {
        case .earliest: ListOffsetsTimestamp.earliest
        case .latest, .none: ListOffsetsTimestamp.latest
        case .byDuration(let ms): max(0, wallClockMs - ms)
        }
    }
}

/// The timestamps that ListOffsets gives a meaning of their own.
enum ListOffsetsTimestamp {
    static let latest: Int64 = -1
    static let earliest: Int64 = -2
}
