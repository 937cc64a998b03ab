/// Kafka's rules for topic names.
public enum TopicName {
    public static let groupOffsets = "__consumer_offsets"
    public static let transactionState = "__transaction_state"
    public static let shareGroupState = "__share_group_state"
    public static let clusterMetadata = "__cluster_metadata"
    public static let maximumLength = 249

    public static func isInternal(_ name: String) -> Bool { name == groupOffsets || name == transactionState || name == shareGroupState }

    /// Kafka's words for what is wrong with a name; nil when nothing is.
    public static func problem(_ name: String) -> String? {
        let fault: String
        switch name {
        case "": fault = "the empty string is not allowed"
        case ".", "..": fault = "'\(name)' is not allowed"
        case _ where name.utf16.count > maximumLength: fault = "the length of '\(name)' is longer than the max allowed length \(maximumLength)"
        case _ where !name.utf8.allSatisfy(isLegal):
            fault = "'\(name)' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'"
        default: return nil
        }
        return "Topic name is invalid: \(fault)"
    }

    public static func isValid(_ name: String) -> Bool { problem(name) == nil }

    private static func isLegal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }

    /// Metric names make no difference between `.` and `_`, so two topics that differ only there collide.
    public static func collisionKey(_ name: String) -> String {
        String(decoding: name.utf8.map { $0 == UInt8(ascii: ".") ? UInt8(ascii: "_") : $0 }, as: UTF8.self)
    }

    /// Whether a name can collide with another one at all.
    public static func canCollide(_ name: String) -> Bool { name.utf8.contains { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") } }
}
