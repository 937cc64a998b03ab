import Coordination

/// `version-mapping` and `feature-dependencies`, of kafka-features and of kafka-storage: what is known without a cluster.
enum FeatureCatalogue {
    /// A feature and its level in a release.
    struct Level {
        let name: String
        let level: Int16
        /// As the release was named; for metadata.version alone.
        let release: String?
    }

    static let levels = Shape<Level>(
        "levels", "a feature and its level in the release",
        text: .lines { row in "\(row.name)=\(row.level)" + (row.release.map { " (\($0))" } ?? "") },
        [
            Column("feature", "name") { $0.name }, Column("level", "level") { $0.level },
            Column("release", "the release, of metadata.version") { $0.release },
        ])

    static func showLevels(of text: String, _ report: Report) throws -> ExitCode {
        let release = try KafkaRelease.named(text)
        let rows = [Level(name: FeatureName.metadataVersion, level: release.level, release: text)]
        report.add(rows + KafkaFeature.all.map { Level(name: $0.name, level: $0.defaultLevel(of: release), release: nil) }, as: levels)
        return .done
    }

    /// A level of a feature and what it needs.
    struct Dependencies {
        let name: String
        let level: Int16
        let release: String?
        let needs: [Level]

        var text: String {
            let title = "\(name)=\(level)" + (release.map { " (\($0))" } ?? "")
            if needs.isEmpty { return title + " has no dependencies." }
            return ([title + " requires:"] + needs.map { "    \($0.name)=\($0.level)" + ($0.release.map { " (\($0))" } ?? "") }).joined(separator: "\n")
        }
    }

    static let dependencies = Shape<Dependencies>(
        "dependencies", "a level of a feature and what it needs", text: .lines(\.text),
        [
            Column("feature", "name") { $0.name }, Column("level", "level") { $0.level },
            Column("release", "the level's release, of metadata.version") { $0.release },
            Column("requires", "features and the levels that they must have at least", type: .array(.object(needFields))) { row in
                .array(
                    row.needs.map {
                        .members(["feature": .string($0.name), "level": .int(Int64($0.level)), "release": $0.release.map { .string($0) } ?? .null])
                    })
            },
        ])

    private static let needFields = [
        Field("feature", .string, "name"), Field("level", .integer, "level"), Field("release", .nullable(.string), "its release, of metadata.version"),
    ]

    static func showDependencies(of texts: [String], _ report: Report) throws -> ExitCode {
        for text in texts {
            let (name, level) = try KafkaFeature.nameAndLevel(text)
            report.add(try dependencies(of: name, level), as: dependencies)
        }
        return .done
    }

    private static func dependencies(of name: String, _ level: Int16) throws(ToolError) -> Dependencies {
        if name == FeatureName.metadataVersion {
            guard let release = KafkaRelease.of(level: level) else { throw .notFound("Unknown metadata.version \(level)") }
            return Dependencies(name: name, level: level, release: release.name, needs: [])
        }
        guard let feature = KafkaFeature.all.first(where: { $0.name == name }) else { throw .notFound("Unknown feature: \(name)") }
        guard feature.since.indices.contains(Int(level)) else { throw .notFound("No feature:\(name) with feature level \(level)") }
        let needs = (feature.needs[level] ?? []).map { need in
            Level(name: need.name, level: need.level, release: need.name == FeatureName.metadataVersion ? KafkaRelease.of(level: need.level)?.name : nil)
        }
        return Dependencies(name: name, level: level, release: nil, needs: needs)
    }
}
