import Coordination
import KafkaClient

/// `describe`: the supported and finalized levels, sorted by name.
struct DescribeFeatures {
    let context: ToolContext
    let admin: Admin

    /// A feature that the node supports.
    struct Row {
        let name: String
        let supported: ClosedRange<Int16>
        let finalized: Int16
        let epoch: Int64?

        /// metadata.version has names for its levels.
        func text(_ level: Int16) -> String {
            guard name == FeatureName.metadataVersion else { return "\(level)" }
            return KafkaRelease.of(level: level)?.name ?? "UNKNOWN \(level)"
        }
    }

    static let features = Shape<Row>(
        "features", "a feature that the node supports",
        text: .lines { row in
            "Feature: \(Table.pad(row.name, 40))  SupportedMinVersion: \(Table.pad(row.text(row.supported.lowerBound), 15))  "
                + "SupportedMaxVersion: \(Table.pad(row.text(row.supported.upperBound), 15))  "
                + "FinalizedVersionLevel: \(Table.pad(row.text(row.finalized), 15))  Epoch: \(row.epoch.map { "\($0)" } ?? "-")"
        },
        [
            Column("feature", "name") { $0.name },
            Column("supportedMinVersion", "lowest supported level") { $0.supported.lowerBound },
            Column("supportedMaxVersion", "highest supported level") { $0.supported.upperBound },
            Column("finalizedVersionLevel", "finalized level, 0 for none") { $0.finalized },
            Column("finalizedRelease", "the finalized level's name, of metadata.version") {
                $0.name == FeatureName.metadataVersion ? $0.text($0.finalized) : nil
            },
            Column("supportedMinRelease", "the lowest level's name, of metadata.version") {
                $0.name == FeatureName.metadataVersion ? $0.text($0.supported.lowerBound) : nil
            },
            Column("supportedMaxRelease", "the highest level's name, of metadata.version") {
                $0.name == FeatureName.metadataVersion ? $0.text($0.supported.upperBound) : nil
            },
            Column("epoch", "when finalized levels last changed") { $0.epoch },
        ])

    func perform(node: Int32?) throws -> ExitCode {
        let levels = try admin.describeFeatures(node: node)
        let rows = levels.supported.sorted { $0.key < $1.key }.map { name, supported in
            Row(name: name, supported: supported, finalized: levels.finalized[name] ?? 0, epoch: levels.epoch)
        }
        context.report.add(rows, as: Self.features)
        return .done
    }
}
