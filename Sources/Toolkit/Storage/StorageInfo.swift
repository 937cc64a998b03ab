import Host

/// `info`: which directories there are, what they are formatted as, and what is wrong.
struct StorageInfo {
    let context: ToolContext
    private let config: StorageConfig

    init(_ context: ToolContext, _ config: StorageConfig) {
        self.context = context
        self.config = config
    }

    static let directories = Shape<String>(
        "directories", "a data directory that is there", text: .lines { "  \($0)" }, [Column("directory", "path") { $0 }])
    static let metadata = Shape<MetaFile>(
        "metadata", "what the first formatted directory says of its node", text: .lines { "Found metadata: \($0.text)" },
        [
            Column("clusterId", "id of the cluster") { $0.clusterId }, Column("nodeId", "id of the node") { $0.nodeId },
            Column("directoryId", "id of the directory") { $0.directoryId?.description }, Column("fileVersion", "version of the file") { $0.version },
        ])
    static let problems = Shape<String>("problems", "what is wrong", text: .lines { "  \($0)" }, [Column("problem", "a sentence") { $0 }])

    func perform() throws -> ExitCode {
        var found: [String] = []
        var problems: [String] = []
        var first: MetaFile?
        for directory in config.directories.map(Self.normalized).sorted() {
            switch Surroundings.kind(of: directory) {
            case .missing: problems.append("\(directory) does not exist")
            case .file, .other: problems.append("\(directory) is not a directory")
            case .directory:
                found.append(directory)
                switch MetaFile.find(in: directory, context) {
                case .unformatted: problems.append("\(directory) is not formatted.")
                case .unreadable(let reason): problems.append("Error loading \(MetaFile.path(in: directory)): \(reason)")
                case .formatted(let meta):
                    if let first { problems += Self.mismatch(first, meta) } else { first = meta }
                }
            }
        }
        if first?.version == 0 {
            problems.append("The kafka configuration file appears to be for a cluster in KRaft mode, but the directories are formatted for legacy mode.")
        }
        show(found, first, problems)
        return problems.isEmpty ? .done : .failed
    }

    private func show(_ found: [String], _ meta: MetaFile?, _ problems: [String]) {
        let report = context.report
        if !found.isEmpty { report.decorate(found.count == 1 ? "Found log directory:\n" : "Found log directories:\n") }
        report.add(found, as: Self.directories)
        if !found.isEmpty { report.decorate("\n") }
        report.open(Self.metadata)
        if let meta {
            report.add(meta, as: Self.metadata)
            report.decorate("\n")
        }
        if !problems.isEmpty { report.decorate(problems.count == 1 ? "Found problem:\n" : "Found problems:\n") }
        report.add(problems, as: Self.problems)
        if !problems.isEmpty { report.decorate("\n") }
    }

    private static func mismatch(_ one: MetaFile, _ other: MetaFile) -> [String] {
        if one.clusterId != other.clusterId { return ["Mismatched cluster IDs between storage directories."] }
        return one.nodeId == other.nodeId ? [] : ["Mismatched node IDs between storage directories."]
    }

    /// As Java's `Path` writes it: without the slashes that mean nothing.
    private static func normalized(_ path: String) -> String {
        (path.hasPrefix("/") ? "/" : "") + path.split(separator: "/").joined(separator: "/")
    }
}
