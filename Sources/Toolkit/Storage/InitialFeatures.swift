import Coordination

/// The levels of features that a cluster begins with: those of a release, with some set otherwise.
struct InitialFeatures: Equatable {
    let release: KafkaRelease
    /// All features but metadata.version, with level 0 as well.
    private(set) var levels: [String: Int16] = [:]

    /// - Parameters:
    ///   - release: the text of `--release-version`
    ///   - settings: the texts of `--feature`
    ///   - hasDynamicQuorum: whether the log tells of the quorum's voters
    init(release: String?, settings: [String], hasDynamicQuorum: Bool, unfinished: Bool) throws(ToolError) {
        var wanted: [String: Int16] = [:]
        for text in settings {
            let (name, level) = try KafkaFeature.nameAndLevel(text)
            wanted[name] = level
        }
        let named = try release.map { (text) throws(ToolError) in try KafkaRelease.named(text, unfinished: unfinished) }
        self.release = try Self.release(named, level: wanted.removeValue(forKey: FeatureName.metadataVersion), unfinished: unfinished)
        let known = Set(KafkaFeature.all.map(\.name))
        if let stranger = wanted.keys.sorted().first(where: { !known.contains($0) }) {
            throw .invalid("Unsupported feature: \(stranger). Supported features are: \(known.sorted().joined(separator: ", "))")
        }
        for feature in KafkaFeature.all { levels[feature.name] = wanted[feature.name] ?? feature.defaultLevel(of: self.release) }
        levels[FeatureName.kraft] = try Self.kraftVersion(wanted[FeatureName.kraft], hasDynamicQuorum: hasDynamicQuorum)
        for feature in KafkaFeature.all.sorted(by: { $0.name < $1.name }) { try check(feature) }
    }

    private static func release(_ named: KafkaRelease?, level: Int16?, unfinished: Bool) throws(ToolError) -> KafkaRelease {
        guard let level else { return named ?? (unfinished ? KafkaRelease.all.last : nil) ?? .latest }
        if named != nil { throw .invalid("Use --release-version instead of --feature metadata.version=X to avoid ambiguity.") }
        guard let release = KafkaRelease.of(level: level) else { throw .invalid("No MetadataVersion with feature level \(level)") }
        if release.level > KafkaRelease.latest.level, !unfinished { throw .invalid("metadata.version \(release.name) is not yet stable.") }
        return release
    }

    /// It follows from the way in which the quorum is described; saying something else is an error.
    private static func kraftVersion(_ wanted: Int16?, hasDynamicQuorum: Bool) throws(ToolError) -> Int16 {
        guard let wanted else { return hasDynamicQuorum ? 1 : 0 }
        if wanted == 0, hasDynamicQuorum {
            throw .invalid(
                "Cannot set kraft.version to 0 if controller.quorum.voters is empty and one of the flags --standalone, --initial-controllers, or "
                    + "--no-initial-controllers is used. For dynamic controllers support, try removing the --feature flag for kraft.version.")
        }
        if wanted != 0, !hasDynamicQuorum {
            throw .invalid(
                "Cannot set kraft.version to \(wanted) unless controller.quorum.voters is empty and one of the flags --standalone, --initial-controllers, or "
                    + "--no-initial-controllers is used. For dynamic controllers support, try using one of --standalone, --initial-controllers, or "
                    + "--no-initial-controllers and removing controller.quorum.voters.")
        }
        return wanted
    }

    private func check(_ feature: KafkaFeature) throws(ToolError) {
        let level = levels[feature.name] ?? 0
        guard feature.since.indices.contains(Int(level)) else { throw .invalid("No feature:\(feature.name) with feature level \(level)") }
        for need in feature.needs[level] ?? [] {
            let present = need.name == FeatureName.metadataVersion ? release.level : levels[need.name] ?? 0
            if present < need.level {
                throw .invalid("\(feature.name) could not be set to \(level) because it depends on \(need.name) level \(need.level)")
            }
        }
    }

    /// What the metadata log records of them: metadata.version, then the others by name, without those of level 0 and without kraft.version, which control
    /// records tell.
    var recorded: [(name: String, level: Int16)] {
        let others = levels.filter { $0.key != FeatureName.kraft && $0.value > 0 }.sorted { $0.key < $1.key }
        return [(FeatureName.metadataVersion, release.level)] + others.map { ($0.key, $0.value) }
    }
}
