import KafkaProtocol
import Synchronization
import Vocabulary

/// The data directories of a node (`log.dirs`), each with its partitions and small files, and the one of them, or beside them, that holds the metadata log
/// (`metadata.log.dir`). A directory that cannot be read, or fails later, takes its partitions with it and leaves the others alone (KIP-112).
public final class LogDirectories: Sendable {
    /// Where the metadata log is.
    public let metadata: LogDirectory
    /// Those of `log.dirs` that could be opened, in their order.
    public let all: [LogDirectory]
    /// Those of `log.dirs` that could not, with the reason.
    public let unusable: [(path: String, reason: String)]

    struct Contents: Sendable {
        /// Why directories have failed since the start.
        var offline: [Uuid: String] = [:]
        /// Into which directory somebody wants a partition that is not here yet.
        var preferred: [TopicPartition: Uuid] = [:]
        /// Directories that take no new partitions.
        var cordoned: Set<Uuid> = []
    }

    let contents = Mutex(Contents())
    /// Held while a log changes its directory, and by whoever must not have it do that.
    let layout = Mutex(())
    let log: OperatorLog
    let paths: [String]

    /// How a node's directories are opened.
    public struct Opening: Sendable {
        /// `log.dirs`
        public var paths: [String]
        /// `metadata.log.dir`; nil for the first of `paths`.
        public var metadataPath: String?
        public var nodeId: Int32
        /// Nil takes the one on disk, or makes one.
        public var clusterId: String?
        /// The metadata log is a copy of that of a quorum in which this node has no vote: each directory must have been formatted for its cluster.
        public var followsQuorum = false
        public var log = OperatorLog.silent
        public var journalLimits = JournalLimits()

        public init(paths: [String], nodeId: Int32) {
            self.paths = paths
            self.nodeId = nodeId
        }
    }

    /// Opens a node's directories. That of the metadata log must be sound, and one of the others.
    public init(disk: any Disk, _ opening: Opening, generator: inout some RandomNumberGenerator) throws(LogDirectoryError) {
        log = opening.log
        paths = opening.paths
        let metadataPath = opening.metadataPath ?? opening.paths[0]
        if opening.followsQuorum { for path in Set(opening.paths + [metadataPath]).sorted() { try Self.checkFormatted(disk, path) } }
        var clusterId = opening.clusterId
        func open(_ path: String) throws(LogDirectoryError) -> LogDirectory {
            let directory = try LogDirectory(
                disk: disk, path: path, nodeId: opening.nodeId, clusterId: clusterId, followsQuorum: opening.followsQuorum, generator: &generator,
                log: opening.log, journalLimits: opening.journalLimits)
            clusterId = directory.clusterId
            return directory
        }
        metadata = try open(metadataPath)
        var all: [LogDirectory] = [], unusable: [(path: String, reason: String)] = []
        for path in opening.paths {
            if path == metadataPath {
                all.append(metadata)
                continue
            }
            do throws(LogDirectoryError) {
                let directory = try open(path)
                guard !directory.hasUnopened(.clusterMetadata) else {
                    throw .refused(
                        "\(path)/\(TopicPartition.clusterMetadata) is a metadata log outside of the directory of the metadata log, \(metadataPath): move it away"
                    )
                }
                all.append(directory)
            } catch .disk(let error) {
                opening.log.error(.disk, "the log directory \(path) cannot be used, what it holds is not available: \(error)")
                unusable.append((path, "\(error)"))
            }
        }
        guard !all.isEmpty else { throw .refused("none of the log directories can be used: " + unusable.map(\.reason).joined(separator: "; ")) }
        for (index, directory) in all.enumerated() {
            for other in all[..<index] where other.directoryId == directory.directoryId {
                throw .refused("\(other.path) and \(directory.path) have the same directory.id: one is a copy of the other, and only one can be served")
            }
        }
        self.all = all
        self.unusable = unusable
    }

    private static func checkFormatted(_ disk: any Disk, _ path: String) throws(LogDirectoryError) {
        do throws(DiskError) {
            // What cannot be looked at, or is no directory, is no question of format.
            guard try disk.kind(of: "\(path)/\(MetaProperties.fileName)") == nil else { return }
            if case .file = try disk.kind(of: path) { return }
        } catch {
            return
        }
        throw .refused(
            "\(path): it is not formatted, and a broker of a cluster must know of which: kafka-storage format --cluster-id ID --no-initial-controllers --config FILE, "
                + "with the id that kafka-cluster cluster-id shows")
    }

    /// For texts.
    public var description: String { paths.joined(separator: ", ") }

    public var nodeId: Int32 { metadata.nodeId }
    public var clusterId: String { metadata.clusterId }

    /// Every directory was closed cleanly the last time, or is new.
    public var wasClean: Bool { unusable.isEmpty && all.allSatisfy(\.wasClean) }

    /// Under which epoch the broker was registered when it last stopped in order; nil when one of the directories does not say so, too.
    public var previousBrokerEpoch: Int64? {
        guard unusable.isEmpty, let epoch = all[0].previousBrokerEpoch, all.allSatisfy({ $0.previousBrokerEpoch == epoch }) else { return nil }
        return epoch
    }

    /// Those that are in use.
    public var online: [LogDirectory] {
        let offline = contents.withLock { $0.offline }
        return offline.isEmpty ? all : all.filter { offline[$0.directoryId] == nil }
    }

    /// Those that are in use, and that of the metadata log.
    var kept: [LogDirectory] { withMetadata(online) }

    private func withMetadata(_ directories: [LogDirectory]) -> [LogDirectory] {
        directories.contains { $0 === metadata } ? directories : directories + [metadata]
    }

    /// What each directory of `log.dirs` is called, in their order, and why it cannot be used.
    public var states: [(path: String, directory: LogDirectory?, failure: String?)] {
        let offline = contents.withLock { $0.offline }
        return paths.map { path in
            guard let directory = all.first(where: { $0.path == path }) else { return (path, nil, unusable.first { $0.path == path }?.reason) }
            return (path, directory, offline[directory.directoryId])
        }
    }

    /// Where a partition's log is; nil when it is not open.
    public func directory(of name: TopicPartition) -> LogDirectory? { online.first { $0.log(name) != nil } }

    public func log(_ name: TopicPartition) -> PartitionLog? {
        for directory in online { if let log = directory.log(name) { return log } }
        return nil
    }

    /// Whether there are directories of partitions that were not opened yet.
    public var hasUnopenedPartitions: Bool { online.contains { $0.hasUnopenedPartitions } }

    // MARK: Failure

    /// Calls back, once for each directory and from any thread, with the first failure that leaves a log of it unusable.
    public func onFailure(_ then: @escaping @Sendable (LogDirectory, _ reason: String) -> Void) {
        for directory in withMetadata(all) { directory.onFailure { [unowned directory] reason in then(directory, reason) } }
    }

    /// Whether the node can go on without a directory.
    public func isSpare(_ directory: LogDirectory) -> Bool { directory !== metadata && online.contains { $0 !== directory } }

    /// Takes a directory that has failed out of use, with all that is in it.
    /// - Returns: the partitions whose logs were there
    public func abandon(_ directory: LogDirectory, reason: String) -> [TopicPartition] {
        contents.withLock { $0.offline[directory.directoryId] = reason }
        return directory.abandon()
    }

    // MARK: The end

    /// Closes every directory; those that have failed without the marker of a clean stop. See `LogDirectory.close`.
    public func close(clean: Bool = true, brokerEpoch: Int64 = -1) throws(LogDirectoryError) {
        var failure: LogDirectoryError?
        let kept = kept
        for directory in all where !kept.contains(where: { $0 === directory }) { try? directory.close(clean: false) }
        for directory in kept {
            do throws(LogDirectoryError) { try directory.close(clean: clean, brokerEpoch: brokerEpoch) } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }
}
