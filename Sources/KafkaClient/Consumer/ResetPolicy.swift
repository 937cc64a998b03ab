import Vocabulary

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
        guard let duration = try? JavaDuration(String(text)), !duration.isNegative else { return nil }
        return duration.totalMilliseconds
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
