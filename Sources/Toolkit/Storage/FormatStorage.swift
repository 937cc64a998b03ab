import Coordination
import ClientDriver
import Host
import KafkaProtocol
import LogStorage
import Vocabulary

/// `format`: makes the directories of a node, with what the first controller of the cluster is to begin with.
struct FormatStorage {
    let context: ToolContext
    private let config: StorageConfig

    init(_ context: ToolContext, _ config: StorageConfig) {
        self.context = context
        self.config = config
    }

    func perform() throws -> ExitCode {
        let options = context.options
        try checkQuorumOptions()
        let voters = try initialVoters()
        let clusterId = try options.requiredString("cluster-id")
        if clusterId.isEmpty || clusterId.unicodeScalars.contains(where: { $0.value < 0x20 }) {
            throw ToolError.invalid("The cluster id must not be empty and has no control characters.")
        }
        let features = try InitialFeatures(
            release: options.string("release-version"), settings: options.all("feature"), hasDynamicQuorum: !config.hasFixedVoters,
            unfinished: config.allowsUnfinishedFeatures)
        let bootstrap = BootstrapMetadata(features: features, credentials: try credentials(features.release))
        let places = try look(clusterId: clusterId)
        if places.empty.isEmpty {
            context.report.say("All of the log directories are already formatted.")
            return .done
        }
        context.report.add(bootstrap, as: Self.bootstrap)
        for directory in places.empty { try format(directory, clusterId, bootstrap, voters) }
        return .done
    }

    // MARK: What is asked for

    private func checkQuorumOptions() throws {
        let options = context.options
        let given = ["standalone", "no-initial-controllers", "initial-controllers"].filter { options.has($0) }
        if given.count > 1 {
            let labels = given.map { name in "--\(name)/-\(name == "no-initial-controllers" ? "N" : name == "standalone" ? "s" : "I")" }
            throw ToolError.usage("argument \(labels[1]): not allowed with argument \(labels[0])").within(options.subcommand)
        }
        let namesVoters = options.has("standalone") || options.has("initial-controllers")
        if config.hasFixedVoters, namesVoters {
            throw ToolError.invalid(
                "You cannot specify controller.quorum.voters and format the node with --initial-controllers or --standalone. If you want to use dynamic "
                    + "quorum, please remove controller.quorum.voters and specify controller.quorum.bootstrap.servers instead.")
        }
        if config.isController, !config.hasFixedVoters, given.isEmpty {
            throw ToolError.invalid(
                "Because controller.quorum.voters is not set on this controller, you must specify one of the following: --standalone, "
                    + "--initial-controllers, or --no-initial-controllers.")
        }
        if config.controllerListener == nil { throw ToolError.invalid("You must specify the name of the initial controller listener.") }
    }

    private func initialVoters() throws -> InitialVoters? {
        if let text = try context.options.string("initial-controllers") { return try InitialVoters(text) }
        guard context.options.has("standalone") else { return nil }
        if !config.isController { throw ToolError.invalid("You can only use --standalone on a controller.") }
        guard let address = config.controllerAddress else { throw ToolError.invalid("No controller listeners found.") }
        return InitialVoters(.init(id: config.nodeId, address: address, directory: Self.newId()))
    }

    private func credentials(_ release: KafkaRelease) throws -> [UserScramCredentialRecord] {
        let arguments = context.options.all("add-scram")
        // SCRAM came with 3.5-IV2.
        if !arguments.isEmpty, release.level < 11 { throw ToolError.invalid("SCRAM is only supported in metadata.version 3.5-IV2 or later.") }
        return try arguments.map { try InitialCredential($0).record(ScramCrypto()) }
    }

    // MARK: What is there

    /// The directories that are to be formatted. Those that belong to another node or cluster are refused.
    private func look(clusterId: String) throws -> (empty: [String], formatted: [String]) {
        var empty: [String] = [], formatted: [String] = [], unreadable: [String] = []
        var ids: [Uuid: String] = [:]
        for directory in config.directories {
            switch MetaFile.find(in: directory, context) {
            case .unformatted: empty.append(directory)
            case .unreadable: unreadable.append(directory)
            case .formatted(let meta):
                formatted.append(directory)
                try check(meta, directory, clusterId)
                guard let id = meta.directoryId else { continue }
                if let other = ids.updateValue(directory, forKey: id) {
                    throw ToolError("Duplicate directory ID \(id) found. It was the ID of \(other), but also of \(directory)")
                }
            }
        }
        if let first = formatted.first, !context.options.has("ignore-formatted") {
            throw ToolError(
                "Log directory \(first) is already formatted. Use --ignore-formatted to ignore this directory and format the others.")
        }
        for directory in unreadable { context.report.say("I/O error trying to read log directory \(directory). Ignoring...") }
        if !unreadable.isEmpty, empty.isEmpty, formatted.isEmpty { throw ToolError("No available log directories to format.") }
        return (empty, formatted)
    }

    private func check(_ meta: MetaFile, _ directory: String, _ clusterId: String) throws(ToolError) {
        let path = MetaFile.path(in: directory)
        if let other = meta.clusterId, other != clusterId {
            throw ToolError("Invalid cluster.id in: \(path). Expected \(clusterId), but read \(other)")
        }
        if let other = meta.nodeId, other != config.nodeId {
            throw ToolError(
                "Stored node id \(other) doesn't match previous node id \(config.nodeId) in \(path). If you moved your data, make sure your configured node "
                    + "id matches. If you intend to create a new node, you should remove all data in your data directories.")
        }
    }

    // MARK: Formatting

    /// A directory that was formatted.
    struct Formatted {
        let directory: String
        /// Kafka's words for what it is.
        let kind: String
        let id: Uuid
        let release: KafkaRelease
    }

    static let directories = Shape<Formatted>(
        "directories", "a directory that was formatted",
        text: .lines { "Formatting \($0.kind) \($0.directory) with metadata.version \($0.release.name)." },
        [
            Column("directory", "path") { $0.directory }, Column("role", "what it is, such as `data directory`") { $0.kind },
            Column("directoryId", "its new id") { $0.id.description }, Column("metadataVersion", "release of its features") { $0.release.name },
        ])

    private func format(_ directory: String, _ clusterId: String, _ bootstrap: BootstrapMetadata, _ voters: InitialVoters?) throws {
        let holdsLog = directory == config.metadataDirectory
        let voter = holdsLog ? voters?[config.nodeId] : nil
        let kind =
            !holdsLog
            ? "data directory" : voters == nil ? "metadata directory" : voter == nil ? "dynamic metadata directory" : "dynamic metadata voter directory"
        let id = voter?.directory ?? Self.newId()
        var format = DirectoryFormat(bootstrap: bootstrap.records.map { $0.encoded() })
        if holdsLog, let voters {
            format.quorum = QuorumControl(
                kraftVersion: bootstrap.features.levels[FeatureName.kraft] ?? 0, voters: voters.record(listener: config.controllerListener ?? ""))
        }
        let meta = MetaProperties(nodeId: config.nodeId, clusterId: clusterId, directoryId: id)
        context.report.add(Formatted(directory: directory, kind: kind, id: id, release: bootstrap.features.release), as: Self.directories)
        do throws(DiskError) {
            try format.write(meta, to: directory, on: FileDisk(), now: context.wallClockMs)
        } catch {
            throw ToolError("cannot format \(directory): \(error)")
        }
    }

    private static func newId() -> Uuid {
        var random = SystemRandomNumberGenerator()
        return Uuid.random(using: &random)
    }
}
