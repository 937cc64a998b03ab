import KafkaProtocol
import Synchronization
import Vocabulary

/// Why a data directory could not be opened or changed.
public enum LogDirectoryError: Error, Sendable, CustomStringConvertible {
    /// Another process uses the directory; the text names it as far as the disk knows.
    case locked(String)
    case disk(DiskError)
    /// `meta.properties` does not fit: other node id or cluster id, or malformed.
    case wrongMetaProperties(String)
    /// The directory holds what no broker left there, or is damaged in a way that a start must not touch; the text says what and where.
    case refused(String)
    case log(TopicPartition, LogError)
    case partitionExists(TopicPartition)
    /// The partition's log is in a directory that is not there, or has failed; the text names it.
    case offline(String)

    public var description: String {
        switch self {
        case .locked(let text), .wrongMetaProperties(let text), .refused(let text), .offline(let text): text
        case .disk(let error): error.description
        case .log(let name, let error): "\(name): \(error)"
        case .partitionExists(let name): "the directory of \(name) exists already"
        }
    }
}

/// A data directory: Kafka's files around the partitions' directories. Opening it changes nothing but its lock;
/// partitions are opened when the metadata names them, and `settle` says what becomes of the others. Nothing is deleted that was not marked for it.
public final class LogDirectory: Sendable {
    public let path: String
    public let nodeId: Int32
    public let clusterId: String
    public let directoryId: Uuid
    /// The directory was closed cleanly the last time, or is new.
    public let wasClean: Bool
    /// Under which epoch the broker was registered when it last stopped in order; nil when it did not, or that is not known.
    public let previousBrokerEpoch: Int64?

    struct Contents: Sendable {
        var logs: [TopicPartition: PartitionLog] = [:]
        /// Partitions' directories that are there and were not opened (yet).
        var found: [TopicPartition: FoundPartition] = [:]
        /// Directories named like partitions, but not as a broker names them (`t-00`).
        var strangers: [String] = []
        /// Copies that are to take the place of logs in other directories, by their partitions.
        var futures: [TopicPartition: FutureLog] = [:]
        /// Directories that are marked for deletion and proven to be this broker's to delete.
        var marked: Set<String> = []
        /// Deleted partitions whose directory could not be marked; it is tried again.
        var unmarked: Set<TopicPartition> = []
        /// Partitions that the metadata names and that could not be opened: they are tried again.
        var unopened: Set<TopicPartition> = []
        /// The marker of a clean stop is still there.
        var hasMarker: Bool
        /// The marker was there: what is on disk is whole.
        let isClean: Bool
        var random: SeededGenerator
        var lock: LockHolder?
    }

    let disk: any Disk
    let log: OperatorLog
    let failures = DiskFailures()
    let contents: Mutex<Contents>
    let checkpoints: Checkpoints
    let journal: CommitJournal
    /// Names with a suffix (`-delete`, `-stray`) that were found at the start, and those of copies whose names tell no partition.
    let suffixed: [String]
    /// What the metadata log was found to be, if there is one.
    let metadataCheck: StrictCheck.Finding?

    /// Opens a directory, creating it when missing: takes the lock, reads or writes `meta.properties`, looks at what is there.
    /// - Parameters:
    ///   - clusterId: nil takes the one on disk, or makes one from the generator
    ///   - followsQuorum: the metadata log is a copy of that of a quorum in which this node has no vote
    public init(
        disk: any Disk, path: String, nodeId: Int32, clusterId: String?, followsQuorum: Bool = false, generator: inout some RandomNumberGenerator,
        log: OperatorLog = .silent, journalLimits: JournalLimits = JournalLimits()
    ) throws(LogDirectoryError) {
        self.disk = disk
        self.path = path
        self.nodeId = nodeId
        self.log = log
        try Self.refuseForeign(disk, path)
        let lock: LockHolder
        do throws(DiskError) {
            try Self.create(path, on: disk)
            lock = LockHolder(try disk.lock(path + "/.lock"))
        } catch {
            throw error.isLocked ? .locked("the data directory \(path) is in use: \(error.message)") : .disk(error)
        }
        let found: Found
        let hasMarker: Bool
        do {
            let metaPath = path + "/" + MetaProperties.fileName
            if disk.exists(metaPath) {
                var meta = try Self.checked(try MetaProperties(try disk.readFile(metaPath), path: metaPath), nodeId: nodeId, clusterId: clusterId, metaPath)
                if meta.directoryId == .zero {
                    meta.directoryId = Uuid.random(using: &generator)
                    try disk.writeFile(metaPath, meta.content)
                }
                self.clusterId = meta.clusterId
                directoryId = meta.directoryId
            } else {
                self.clusterId = clusterId ?? Uuid.random(using: &generator).description
                directoryId = Uuid.random(using: &generator)
                try disk.writeFile(metaPath, MetaProperties(nodeId: nodeId, clusterId: self.clusterId, directoryId: directoryId).content)
            }
            let names = try disk.names(in: path)
            found = try Self.look(disk, path, names)
            let metadata = "\(path)/\(TopicPartition.clusterMetadata)"
            if found.partitions[.clusterMetadata] != nil {
                if !followsQuorum { try QuorumState.check(disk, metadata, nodeId: nodeId) }
                metadataCheck = try StrictCheck(disk: disk, directory: metadata).run()
            } else {
                metadataCheck = nil
            }
            hasMarker = names.contains(CleanShutdownFile.name)
            previousBrokerEpoch = hasMarker ? try CleanShutdownFile.read(disk, path) : nil
            checkpoints = try Checkpoints(disk, path, names, log)
            journal = try CommitJournal(disk, path, names, isClean: hasMarker, limits: journalLimits, log: log, failures: failures)
            wasClean = hasMarker || found.partitions.isEmpty
        } catch let error as DiskError {
            throw .disk(error)
        } catch let error as LogDirectoryError {
            throw error
        } catch {
            throw .wrongMetaProperties("\(error)")
        }
        suffixed = found.suffixed
        contents = Mutex(
            Contents(
                found: found.partitions, strangers: found.strangers, futures: found.futures, hasMarker: hasMarker, isClean: hasMarker,
                random: SeededGenerator(seed: generator.next()), lock: lock))
    }

    /// From now on a crash must be noticed: the marker of the last clean stop goes before anything is changed that it speaks for.
    func removeMarker(_ contents: inout Contents) throws(DiskError) {
        guard contents.hasMarker else { return }
        // Whoever stopped in order may have been another broker: the journal is of before that.
        try journal.removeAll()
        try disk.removeFile(path + "/" + CleanShutdownFile.name)
        try disk.syncDirectory(path)
        contents.hasMarker = false
    }

    /// Makes the directory and those above it, as far as they are missing, and makes that durable: a file in a directory that a power failure takes is lost.
    private static func create(_ path: String, on disk: any Disk) throws(DiskError) {
        var missing: [String] = []
        var directory = path
        while try disk.kind(of: directory) == nil {
            missing.append(directory)
            guard let slash = directory.lastIndex(of: "/"), slash > directory.startIndex else { break }
            directory = String(directory[..<slash])
        }
        try disk.createDirectory(path)
        for made in missing {
            guard let slash = made.lastIndex(of: "/") else { return try disk.syncDirectory(".") }
            try disk.syncDirectory(slash == made.startIndex ? "/" : String(made[..<slash]))
        }
    }

    /// A directory that holds something and was never formatted is somebody's.
    private static func refuseForeign(_ disk: any Disk, _ path: String) throws(LogDirectoryError) {
        let names: [String]
        do throws(DiskError) { names = try disk.names(in: path) } catch { throw .disk(error) }
        guard !names.contains(MetaProperties.fileName) else { return }
        let foreign = names.filter { !DirectoryEntry.isNothing($0) }
        guard !foreign.isEmpty else { return }
        let partitions = foreign.filter { TopicPartition(directoryName: $0) != nil }
        let wayOut =
            partitions.isEmpty
            ? "choose another directory, or move what is there away"
            : "if this is a broker's data, bring back its meta.properties; else choose another directory"
        throw .refused("the directory \(path) has no \(MetaProperties.fileName) and is not empty: it holds \(foreign.shortList()); \(wayOut)")
    }

    /// The directories of a data directory.
    private struct Found {
        var partitions: [TopicPartition: FoundPartition] = [:]
        var strangers: [String] = []
        var suffixed: [String] = []
        var futures: [TopicPartition: FutureLog] = [:]
    }

    /// The partitions' directories with the small files that tell what they are, and the directories of partitions with a suffix. Whatever a start must
    /// refuse is found here, before anything is changed.
    private static func look(_ disk: any Disk, _ path: String, _ names: [String]) throws -> Found {
        var found = Found()
        var foreign: [String] = []
        for name in names where try disk.kind(of: path + "/" + name) == .directory {
            switch DirectoryEntry(name: name) {
            case .partition(let partition): found.partitions[partition] = try FoundPartition(disk, "\(path)/\(name)")
            case .stranger: found.strangers.append(name)
            case .future:
                if let partition = DirectoryEntry.partition(ofSuffixed: name), found.futures[partition] == nil {
                    found.futures[partition] = FutureLog(directoryName: name, found: try FoundPartition(disk, "\(path)/\(name)"), isOfBefore: true)
                } else {
                    found.suffixed.append(name)
                }
            case .marked, .stray: found.suffixed.append(name)
            case .ignored: break
            case .foreign: foreign.append(name)
            }
        }
        guard foreign.isEmpty else {
            throw LogDirectoryError.refused(
                "the data directory \(path) holds directories that are no partition's: \(foreign.shortList()); move them away (Kafka does not start on it either)"
            )
        }
        return found
    }

    private static func checked(_ meta: MetaProperties, nodeId: Int32, clusterId: String?, _ path: String) throws(LogDirectoryError) -> MetaProperties {
        guard meta.nodeId == nodeId else { throw .wrongMetaProperties("\(path): the directory belongs to node \(meta.nodeId), not \(nodeId)") }
        if let clusterId, clusterId != meta.clusterId {
            throw .wrongMetaProperties("\(path): the directory belongs to cluster \(meta.clusterId), not \(clusterId)")
        }
        return meta
    }

    /// The partitions that are open, sorted by topic and number.
    public var partitions: [TopicPartition] { contents.withLock { $0.logs.keys.sorted() } }

    public func log(_ name: TopicPartition) -> PartitionLog? { contents.withLock { $0.logs[name] } }

    /// Whether there is a directory of this name that was not opened yet.
    public func hasUnopened(_ name: TopicPartition) -> Bool { contents.withLock { $0.found[name] != nil } }

    /// Whether there are directories of partitions that were not opened yet.
    public var hasUnopenedPartitions: Bool { contents.withLock { !$0.found.isEmpty } }

    var openLogs: [(name: TopicPartition, log: PartitionLog)] { contents.withLock { $0.logs.map { ($0.key, $0.value) } } }

    /// What the checkpoints say of a partition.
    func opening(_ name: TopicPartition, config: LogConfig, isNew: Bool, isClean: Bool, now: Int64) -> LogOpening {
        var opening = bareOpening(name, in: name.description, config: config, isNew: isNew, now: now)
        guard !isNew else {
            opening.isClean = true
            return opening
        }
        opening.isClean = isClean
        checkpoints.fill(&opening)
        if name == .clusterMetadata, let start = metadataCheck?.restartsAt { opening.logStartOffset = start }
        return opening
    }

    /// The same for a log that no checkpoint tells of.
    func bareOpening(_ name: TopicPartition, in directoryName: String, config: LogConfig, isNew: Bool, now: Int64) -> LogOpening {
        LogOpening(name: name, directory: "\(path)/\(directoryName)", config: config, isNew: isNew, now: now, log: log, failures: failures)
    }

    // MARK: The end

    /// Logs beyond which a stop syncs the whole file system once instead of each file.
    private static let manyLogs = 64

    /// Closes every log. A clean close writes the checkpoints and leaves the clean-shutdown marker, unless a log had failed, or a crash before had left logs that
    /// were not opened, and so not recovered, since. The lock is released.
    /// - Parameter brokerEpoch: under which the broker is registered; noted in the marker, -1 when there is none
    public func close(clean: Bool = true, brokerEpoch: Int64 = -1) throws(LogDirectoryError) {
        closeFutures(clean: clean)
        let logs = openLogs.sorted { $0.name < $1.name }
        var failure: LogDirectoryError?
        var whole: [PartitionLog] = []
        var unsynced: [SyncWork] = []
        let syncsAtOnce = clean && logs.count > Self.manyLogs
        for (name, log) in logs {
            do throws(LogError) {
                if syncsAtOnce { unsynced.append(try log.prepareToClose()) } else { try log.close(clean: clean) }
                whole.append(log)
            } catch {
                failure = failure ?? .log(name, error)
            }
        }
        defer {
            contents.withLock { contents in
                contents.lock = nil
                contents.logs.removeAll()
            }
        }
        do throws(DiskError) {
            if syncsAtOnce, try !disk.syncAll(path) { for work in unsynced { try work.sync() } }
        } catch {
            throw .disk(error)
        }
        for (_, log) in logs { log.markClosed() }
        guard clean else { return }
        if let failure { throw failure }
        for log in whole { log.noteDurable() }
        do throws(DiskError) {
            try checkpoints.write(whole, closing: true)
            try journal.removeAll()
            guard contents.withLock({ $0.isClean || $0.found.isEmpty }) else { return }
            try disk.writeFile(path + "/" + CleanShutdownFile.name, CleanShutdownFile.content(brokerEpoch: brokerEpoch))
        } catch {
            throw .disk(error)
        }
    }
}

/// What the small files of a partition's directory say.
struct FoundPartition: Sendable {
    /// Nil when the file is missing, or torn by a power failure.
    let topicId: Uuid?
    let epochs: LeaderEpochs

    init(_ disk: any Disk, _ directory: String) throws(LogDirectoryError) {
        if case .known(let id) = try PartitionMetadata.topicId(disk, directory) { topicId = id } else { topicId = nil }
        epochs = try LeaderEpochs.read(disk, directory)
    }
}

/// Keeps the directory's lock; letting go of it releases the lock.
final class LockHolder: @unchecked Sendable {
    // Unchecked: the object is only held, never used.
    private let lock: AnyObject
    init(_ lock: AnyObject) { self.lock = lock }
}
