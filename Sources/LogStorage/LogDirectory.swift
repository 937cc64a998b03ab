import KafkaProtocol
import Synchronization

/// Why a data directory could not be opened or changed.
public enum LogDirectoryError: Error, Sendable, CustomStringConvertible {
    /// Another process uses the directory; the text names it as far as the disk knows.
    case locked(String)
    case disk(DiskError)
    /// `meta.properties` does not fit: other node id or cluster id, or malformed.
    case wrongMetaProperties(String)
    case log(PartitionName, LogError)
    case partitionExists(PartitionName)

    public var description: String {
        switch self {
        case .locked(let text): text
        case .disk(let error): error.description
        case .wrongMetaProperties(let text): text
        case .log(let name, let error): "\(name): \(error)"
        case .partitionExists(let name): "the directory of \(name) exists already"
        }
    }
}

/// A data directory: Kafka's files around the partitions' directories.
public final class LogDirectory: Sendable {
    public let path: String
    public let nodeId: Int32
    public let clusterId: String
    public let directoryId: Uuid
    /// The directory was closed cleanly the last time, or is new.
    public let wasClean: Bool

    private struct Contents: Sendable {
        var logs: [PartitionName: PartitionLog] = [:]
        var random: SplitMix
        var lock: LockHolder?
    }

    private let disk: any Disk
    private let contents: Mutex<Contents>
    private static let cleanShutdown = ".kafka_cleanshutdown"

    /// Opens a directory, creating it when missing: takes the lock, reads or writes `meta.properties`, recovers every partition.
    /// - Parameters:
    ///   - clusterId: nil takes the one on disk, or makes one from the generator
    ///   - now: milliseconds since the epoch
    ///   - config: the configuration of each partition found; `updateConfig` can change it later
    public init(
        disk: any Disk, path: String, nodeId: Int32, clusterId: String?, generator: inout some RandomNumberGenerator, now: Int64,
        config: (PartitionName) -> LogConfig
    ) throws(LogDirectoryError) {
        self.disk = disk
        self.path = path
        self.nodeId = nodeId
        let lock: LockHolder
        var logs: [PartitionName: PartitionLog] = [:]
        do throws(DiskError) {
            try disk.createDirectory(path)
            lock = LockHolder(try disk.lock(path + "/.lock"))
        } catch {
            throw error.isLocked ? .locked("the data directory \(path) is in use: \(error.message)") : .disk(error)
        }
        do {
            let metaPath = path + "/" + MetaProperties.fileName
            if disk.exists(metaPath) {
                let meta = try Self.checked(try MetaProperties(try disk.readFile(metaPath), path: metaPath), nodeId: nodeId, clusterId: clusterId, metaPath)
                self.clusterId = meta.clusterId
                directoryId = meta.directoryId
            } else {
                self.clusterId = clusterId ?? Uuid.random(using: &generator).description
                directoryId = Uuid.random(using: &generator)
                try disk.writeFile(metaPath, MetaProperties(nodeId: nodeId, clusterId: self.clusterId, directoryId: directoryId).content)
            }
            let names = try disk.names(in: path)
            let hasMarker = names.contains(Self.cleanShutdown)
            if hasMarker {
                // From now on a crash must be noticed.
                try disk.removeFile(path + "/" + Self.cleanShutdown)
                try disk.syncDirectory(path)
            }
            let openings = try Self.openings(disk, path: path, names: names, isClean: hasMarker, now: now, config: config)
            wasClean = hasMarker || openings.isEmpty
            for opening in openings { logs[opening.name] = try Self.open(disk, opening, topicId: nil) }
        } catch let error as DiskError {
            throw .disk(error)
        } catch let error as LogDirectoryError {
            throw error
        } catch {
            throw .wrongMetaProperties("\(error)")
        }
        contents = Mutex(Contents(logs: logs, random: SplitMix(seed: generator.next()), lock: lock))
    }

    private static func checked(_ meta: MetaProperties, nodeId: Int32, clusterId: String?, _ path: String) throws(LogDirectoryError) -> MetaProperties {
        guard meta.nodeId == nodeId else { throw .wrongMetaProperties("\(path): the directory belongs to node \(meta.nodeId), not \(nodeId)") }
        if let clusterId, clusterId != meta.clusterId {
            throw .wrongMetaProperties("\(path): the directory belongs to cluster \(meta.clusterId), not \(clusterId)")
        }
        return meta
    }

    /// What is to be opened; directories of deleted partitions are removed on the way.
    private static func openings(
        _ disk: any Disk, path: String, names: [String], isClean: Bool, now: Int64, config: (PartitionName) -> LogConfig
    ) throws(DiskError) -> [LogOpening] {
        func offsets(_ file: String) throws(DiskError) -> [PartitionName: Int64] {
            guard names.contains(file) else { return [:] }
            return OffsetCheckpoint.parse(try disk.readFile(path + "/" + file)) ?? [:]
        }
        let recoveryPoints = try offsets(OffsetCheckpoint.recoveryPoints), starts = try offsets(OffsetCheckpoint.logStartOffsets)
        let cleaned = try offsets(OffsetCheckpoint.cleanedOffsets)
        var openings: [LogOpening] = []
        for entry in names {
            if entry.hasSuffix("-delete") {
                try disk.removeTree(path + "/" + entry)
                continue
            }
            guard let name = PartitionName(directoryName: entry) else { continue }
            openings.append(
                LogOpening(
                    name: name, directory: path + "/" + entry, config: config(name), recoveryPoint: recoveryPoints[name] ?? 0,
                    logStartOffset: starts[name] ?? 0, cleanedOffset: cleaned[name] ?? 0, isClean: isClean, now: now))
        }
        return openings
    }

    private static func open(_ disk: any Disk, _ opening: LogOpening, topicId: Uuid?) throws(DiskError) -> PartitionLog {
        var topicId = topicId
        let metadata = opening.directory + "/" + PartitionMetadata.fileName
        if topicId == nil, disk.exists(metadata) { topicId = PartitionMetadata.parse(try disk.readFile(metadata)) }
        let (state, report) = try LogState.open(disk, opening)
        return PartitionLog(state: state, topicId: topicId, recovery: report)
    }

    /// The partitions, sorted by topic and number.
    public var partitions: [PartitionName] { contents.withLock { $0.logs.keys.sorted() } }

    public func log(_ name: PartitionName) -> PartitionLog? { contents.withLock { $0.logs[name] } }

    /// Creates a partition's directory with an empty log. Nothing is synced: the first `sync` of the log makes its directory durable too.
    /// A partition that is there already is given back when its topic id fits or is not known any more.
    public func createPartition(_ name: PartitionName, topicId: Uuid, config: LogConfig, now: Int64) throws(LogDirectoryError) -> PartitionLog {
        try contents.withLock { (contents) throws(LogDirectoryError) in
            let directory = "\(path)/\(name)"
            do throws(DiskError) {
                if let log = contents.logs[name] {
                    guard log.topicId == nil || log.topicId == topicId else { throw existing(name) }
                    if log.topicId == nil {
                        try writeMetadata(topicId, log)
                        log.identify(topicId)
                    }
                    log.updateConfig(config)
                    return log
                }
                try disk.createDirectory(directory)
                let opening = LogOpening(name: name, directory: directory, config: config, isClean: true, isNew: true, now: now)
                let log = try Self.open(disk, opening, topicId: topicId)
                try writeMetadata(topicId, log)
                contents.logs[name] = log
                return log
            } catch {
                throw error.code == Self.existsCode ? .partitionExists(name) : .disk(error)
            }
        }
    }

    private static let existsCode: Int32 = 17

    private func existing(_ name: PartitionName) -> DiskError {
        DiskError(operation: "create", path: "\(path)/\(name)", code: Self.existsCode, message: "File exists")
    }

    private func writeMetadata(_ topicId: Uuid, _ log: PartitionLog) throws(DiskError) {
        try log.state.withLock { (log) throws(DiskError) in try log.writeSmallFile(PartitionMetadata.fileName, PartitionMetadata.content(topicId)) }
    }

    /// Renames the directory to `topic-N.<uuid>-delete` and removes it. Fetches in flight keep the files that they read.
    public func deletePartition(_ name: PartitionName) throws(LogDirectoryError) {
        let (log, id) = contents.withLock { contents in
            (contents.logs.removeValue(forKey: name), Uuid.random(using: &contents.random))
        }
        guard let log else { return }
        log.markClosed()
        let hex = id.bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        do throws(DiskError) {
            let target = "\(path)/\(Self.deletedName(name, hex))"
            try disk.rename("\(path)/\(name)", to: target)
            try disk.removeTree(target)
        } catch {
            throw .disk(error)
        }
    }

    /// A directory's name has at most 255 bytes, so a long topic's is cut, as Kafka does.
    private static func deletedName(_ name: PartitionName, _ hex: String) -> String {
        let suffix = "-\(name.partition).\(hex)-delete"
        return name.topic.prefix(255 - suffix.utf8.count) + suffix
    }

    /// Makes every log durable and writes the checkpoints of recovery points, log start offsets and high watermarks.
    public func writeCheckpoints() throws(LogDirectoryError) {
        var offsets = CheckpointedOffsets()
        for (name, log) in contents.withLock({ $0.logs }) {
            do throws(LogError) {
                offsets.recoveryPoints[name] = try log.flushForCheckpoint()
            } catch {
                // A log that is being deleted, or whose disk failed, has no say; its last recovery point would only be too low.
                continue
            }
            offsets.note(log)
        }
        try write(offsets)
    }

    /// Writes the checkpoint of log start offsets alone: what DeleteRecords needs to last.
    public func writeLogStartOffsets() throws(LogDirectoryError) {
        var offsets = CheckpointedOffsets()
        for log in contents.withLock({ Array($0.logs.values) }) { offsets.note(log) }
        do throws(DiskError) {
            try disk.writeFile(path + "/" + OffsetCheckpoint.logStartOffsets, OffsetCheckpoint.content(offsets.starts))
        } catch {
            throw .disk(error)
        }
    }

    private func write(_ offsets: CheckpointedOffsets) throws(LogDirectoryError) {
        do throws(DiskError) {
            for (file, rows) in offsets.files where !rows.isEmpty || file != OffsetCheckpoint.cleanedOffsets || disk.exists(path + "/" + file) {
                try disk.writeFile(path + "/" + file, OffsetCheckpoint.content(rows))
            }
        } catch {
            throw .disk(error)
        }
    }

    /// Closes every log. A clean close writes the checkpoints and leaves the clean-shutdown marker, unless a log had failed. The lock is released.
    /// - Parameter brokerEpoch: noted in the marker, -1 when there is none
    public func close(clean: Bool = true, brokerEpoch: Int64 = -1) throws(LogDirectoryError) {
        var failure: LogDirectoryError?
        var offsets = CheckpointedOffsets()
        for (name, log) in contents.withLock({ $0.logs.sorted { $0.key < $1.key } }) {
            do throws(LogError) {
                try log.close(clean: clean)
                offsets.recoveryPoints[name] = log.flushedOffset
                offsets.note(log)
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
        guard clean else { return }
        if let failure { throw failure }
        try write(offsets)
        do throws(DiskError) {
            try disk.writeFile(path + "/" + Self.cleanShutdown, Bytes("{\"version\":0,\"brokerEpoch\":\(brokerEpoch)}"))
        } catch {
            throw .disk(error)
        }
    }
}

/// Keeps the directory's lock; letting go of it releases the lock.
private final class LockHolder: @unchecked Sendable {
    // Unchecked: the object is only held, never used.
    private let lock: AnyObject
    init(_ lock: AnyObject) { self.lock = lock }
}

/// Makes the names of deleted directories; seeded, so that a simulation repeats.
private struct SplitMix: RandomNumberGenerator, Sendable {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
