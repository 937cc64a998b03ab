import Coordination
import KafkaClient

/// `upgrade`, `downgrade` and `disable`: changes levels, for all named features or for none.
struct UpdateFeatures {
    let context: ToolContext
    let admin: Admin

    /// What is asked for.
    struct Wish: Equatable {
        /// The word for it: upgrade, downgrade or disable.
        let operation: String
        let change: FeatureChange
        let isDryRun: Bool
        private(set) var levels: [String: Int16] = [:]

        init(_ context: ToolContext) throws(ToolError) {
            let options = context.options
            operation = options.subcommand ?? ""
            isDryRun = options.has("dry-run")
            change = operation == "upgrade" ? .upgrade : options.has("unsafe") ? .unsafeDowngrade : .safeDowngrade
            if operation == "disable" {
                for name in options.all("feature") { try add(name, 0) }
            } else if let text = try options.string("release-version") {
                if options.has("metadata") || options.has("feature") {
                    throw .invalid("Can not specify `release-version` with other feature flags.")
                }
                try addAll(of: KafkaRelease.named(text))
            } else {
                if let text = try options.string("metadata") {
                    context.report.say(" `metadata` flag is deprecated and may be removed in a future release.")
                    try add(FeatureName.metadataVersion, KafkaRelease.named(text).level)
                }
                for text in options.all("feature") {
                    let (name, level) = try KafkaFeature.nameAndLevel(text)
                    try add(name, level)
                }
            }
            if levels.isEmpty { throw .invalid("You must specify at least one feature to \(operation)") }
        }

        private mutating func add(_ name: String, _ level: Int16) throws(ToolError) {
            if levels.updateValue(level, forKey: name) != nil { throw .invalid("Feature \(name) was specified more than once.") }
        }

        /// An upgrade to level 0 is none.
        private mutating func addAll(of release: KafkaRelease) throws(ToolError) {
            try add(FeatureName.metadataVersion, release.level)
            for feature in KafkaFeature.all {
                let level = feature.defaultLevel(of: release)
                if change != .upgrade || level > 0 { try add(feature.name, level) }
            }
        }
    }

    /// What became of a feature.
    struct Row {
        let name: String
        let level: Int16
        let wish: Wish
        let failure: ClientError?

        var line: String {
            let isDisabled = wish.operation == "disable"
            if let failure {
                let what = isDisabled ? "disable \(name)" : "\(wish.operation) \(name) to \(level)"
                return "\(wish.isDryRun ? "Can not" : "Could not") \(what). \(failure.message)"
            }
            return name + (wish.isDryRun ? " can be " : " was ") + (isDisabled ? "disabled." : "\(wish.operation)d to \(level).")
        }
    }

    static let updates = Shape<Row>(
        "updates", "a feature whose level was to be changed", text: .lines(\.line),
        [
            Column("feature", "name") { $0.name },
            Column("level", "the level that it was to have") { $0.level },
            Column("done", "whether it has the level now, or could have it with --dry-run") { $0.failure == nil },
            Column("dryRun", "whether nothing was changed on purpose") { $0.wish.isDryRun },
            Column("error", "why it has not") { $0.failure?.message },
        ])

    func perform(_ wish: Wish) throws -> ExitCode {
        let failures = try admin.updateFeatures(wish.levels, wish.change, validateOnly: wish.isDryRun)
        let rows = wish.levels.sorted { $0.key < $1.key }.map { Row(name: $0.key, level: $0.value, wish: wish, failure: failures[$0.key]) }
        context.report.add(rows, as: Self.updates)
        if failures.isEmpty { return .done }
        context.complain(ToolError("\(failures.count) out of \(rows.count) operation(s) failed."))
        return .of(failures.values.map(\.exit), among: rows.count)
    }
}
