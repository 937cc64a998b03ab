import Coordination

/// A metadata version of Kafka: its feature level and the release that it came with.
struct KafkaRelease: Equatable {
    let level: Int16
    /// The level's own name ("4.3-IV0").
    let name: String

    /// The oldest level that Kafka 4.3 knows is the first.
    static let oldestLevel: Int16 = 7

    private static let names = [
        "3.3-IV3", "3.4-IV0", "3.5-IV0", "3.5-IV1", "3.5-IV2", "3.6-IV0", "3.6-IV1", "3.6-IV2", "3.7-IV0", "3.7-IV1", "3.7-IV2", "3.7-IV3", "3.7-IV4",
        "3.8-IV0", "3.9-IV0", "4.0-IV0", "4.0-IV1", "4.0-IV2", "4.0-IV3", "4.1-IV0", "4.1-IV1", "4.2-IV0", "4.2-IV1", "4.3-IV0", "4.4-IV0",
    ]

    /// All, oldest first; the last is in the making in 4.3.
    static let all = names.enumerated().map { KafkaRelease(level: oldestLevel + Int16($0.offset), name: $0.element) }
    /// The newest that is finished in 4.3.
    static let latest = KafkaRelease(level: 30, name: "4.3-IV0")

    /// The release of a level; nil when Kafka 4.3 does not know it.
    static func of(level: Int16) -> KafkaRelease? { all.first { $0.level == level } }

    /// The release of a text: a level's name, or a version whose newest level is meant ("4.0", "4.0.1").
    /// - Parameter unfinished: whether what is in the making in 4.3 counts
    static func named(_ text: String, unfinished: Bool = true) throws(ToolError) -> KafkaRelease {
        let all = unfinished ? all : all.filter { $0.level <= latest.level }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let key = parts.count > 2 ? parts.prefix(2).joined(separator: ".") : text
        if let exact = all.first(where: { $0.name == key }) { return exact }
        if let newest = all.last(where: { $0.name.hasPrefix(key + "-") }), key.contains(".") { return newest }
        throw .invalid("Unknown metadata.version '\(text)'. Supported metadata.version are: \(all.map(\.name).joined(separator: ", "))")
    }
}

/// A feature of Kafka 4.3 beside metadata.version: its levels, and what each needs.
struct KafkaFeature {
    let name: String
    /// The metadata level from which on a new cluster has each level of the feature, from level 0 on.
    let since: [Int16]
    /// The levels of other features that a level needs.
    var needs: [Int16: [(name: String, level: Int16)]] = [:]

    /// In Kafka's order.
    static let all = [
        KafkaFeature(name: FeatureName.kraft, since: [7, 21]),
        KafkaFeature(name: FeatureName.transaction, since: [7, 24, 24]),
        KafkaFeature(name: FeatureName.group, since: [7, 22]),
        KafkaFeature(name: FeatureName.eligibleLeaderReplicas, since: [7, 26], needs: [1: [(FeatureName.metadataVersion, 23)]]),
        KafkaFeature(name: FeatureName.share, since: [7, 28]),
        KafkaFeature(name: FeatureName.streams, since: [7, 29]),
    ]

    /// The level that a new cluster of a release has.
    func defaultLevel(of release: KafkaRelease) -> Int16 { Int16(since.lastIndex { $0 <= release.level } ?? 0) }

    /// `feature=level` as the tools take it.
    static func nameAndLevel(_ text: String) throws(ToolError) -> (name: String, level: Int16) {
        guard let equals = text.firstIndex(of: "=") else {
            throw .invalid("Can't parse feature=level string \(text): equals sign not found.")
        }
        let name = text[..<equals].trimmingBlanks(), level = text[text.index(after: equals)...].trimmingBlanks()
        guard let number = Int16(level) else {
            throw .invalid("Can't parse feature=level string \(text): unable to parse \(level) as a short.")
        }
        return (name, number)
    }
}

extension Substring {
    /// Without blanks at both ends, as Java's `trim`.
    fileprivate func trimmingBlanks() -> String {
        let head = drop { $0 <= " " }
        return String(head.reversed().drop { $0 <= " " }.reversed())
    }
}
