import KafkaProtocol
import Vocabulary

/// Where the metadata says that a partition's log is.
public struct LogPlacement: Sendable {
    /// The directory that the replica is assigned to; nil where none is.
    public var directoryId: Uuid?
    /// The partition was made just now: nothing of it can be in a directory that is not there.
    public var isNew: Bool
    /// Other replicas have what is committed: where its directory is gone for good the log may begin anew in another.
    public var isElsewhere: Bool
    /// This replica is one of those in sync: others take it to have what is committed, and may follow it.
    public var isInSync: Bool

    public init(directoryId: Uuid? = nil, isNew: Bool = true, isElsewhere: Bool = false, isInSync: Bool = false) {
        self.directoryId = directoryId
        self.isNew = isNew
        self.isElsewhere = isElsewhere
        self.isInSync = isInSync
    }
}

extension LogDirectories {
    /// The log of a partition: where it is, or else where it belongs. See `LogDirectory.openPartition`.
    /// - Throws: `offline` when the log is, or may be, in a directory that is not there
    public func openPartition(
        _ name: TopicPartition, topicId: Uuid, config: LogConfig, placement: LogPlacement = LogPlacement(), now: Int64
    ) throws(LogDirectoryError) -> PartitionLog {
        try layout.withLock { (_) throws(LogDirectoryError) in
            var failure: LogDirectoryError?
            for directory in try places(name, topicId, placement) {
                do throws(LogDirectoryError) {
                    let log = try directory.openPartition(name, topicId: topicId, config: config, now: now)
                    contents.withLock { $0.preferred[name] = nil }
                    return log
                } catch {
                    // Another directory may do what this one does not.
                    failure = failure ?? error
                }
            }
            throw failure ?? .offline("there is no log directory for it")
        }
    }

    /// Where a log is; or else where it may be made, the best place first.
    private func places(_ name: TopicPartition, _ topicId: Uuid, _ placement: LogPlacement) throws(LogDirectoryError) -> [LogDirectory] {
        if let open = directory(of: name) { return [open] }
        if let found = try find(name, topicId) { return [found] }
        if let copy = try adopt(name, topicId, placement) { return [copy] }
        return try choose(name, placement)
    }

    /// Where a log is gone, and is known to be nowhere else, the copy that was to take its place is the log: see `FutureRenames`.
    private func adopt(_ name: TopicPartition, _ topicId: Uuid, _ placement: LogPlacement) throws(LogDirectoryError) -> LogDirectory? {
        guard online.count == paths.count else { return nil }
        for directory in online where directory.futures[name] == topicId && directory.directoryId == placement.directoryId ?? directory.directoryId {
            // That the log has gone must last: who took it away may have been killed before it did.
            for other in online where other !== directory { try other.onDisk { () throws(DiskError) in try other.disk.syncDirectory(other.path) } }
            if try directory.adoptFuture(name) { return directory }
        }
        return nil
    }

    /// The directory that holds a partition's log and has not opened it.
    private func find(_ name: TopicPartition, _ topicId: Uuid) throws(LogDirectoryError) -> LogDirectory? {
        let holders = online.filter { $0.hasUnopened(name) }
        if holders.count <= 1, let only = holders.first { return only }
        let own = holders.filter { $0.unopenedTopicId(name) == topicId }
        if own.count > 1 {
            throw .refused(
                "\(name) has a log in \(own.map(\.path).joined(separator: " and in ")), and nothing tells which is the right one: move one of them away "
                    + "(Kafka does not start on it either)")
        }
        return own.first ?? holders.first
    }

    private func choose(_ name: TopicPartition, _ placement: LogPlacement) throws(LogDirectoryError) -> [LogDirectory] {
        let (preferred, cordoned) = contents.withLock { ($0.preferred[name], $0.cordoned) }
        let online = online, offline = states.filter { $0.failure != nil }.map(\.path)
        // Also where it is said to be in one that can be used: its log may not have come there, as when the directory that it was moved from has failed.
        if !placement.isNew, placement.isInSync || !placement.isElsewhere, !offline.isEmpty { throw mayBe(in: offline) }
        if let wanted = online.first(where: { $0.directoryId == preferred ?? placement.directoryId }) { return [wanted] }
        if !placement.isNew {
            guard offline.isEmpty else { throw mayBe(in: offline) }
            if let id = placement.directoryId, !id.isReservedDirectory, !placement.isElsewhere {
                throw .offline(
                    "its log is in the directory \(id), which is none of log.dirs, and no other replica has what it holds: bring the directory back, or delete "
                        + "the topic")
            }
        }
        // As few as possible in each; the earlier one of equals.
        let open = online.filter { !cordoned.contains($0.directoryId) }
        let counted = (open.isEmpty ? online : open).enumerated().map { (place: $0, directory: $1, count: $1.count) }
        return counted.sorted { ($0.count, $0.place) < ($1.count, $1.place) }.map(\.directory)
    }

    private func mayBe(in offline: [String]) -> LogDirectoryError {
        .offline("its log may be in \(offline.joined(separator: " or ")), which cannot be used")
    }

    /// Says into which directory a partition is to go when it comes.
    public func prefer(_ directory: LogDirectory, for name: TopicPartition) { contents.withLock { $0.preferred[name] = directory.directoryId } }

    /// From now on these directories take no new partitions.
    public func cordon(_ directories: Set<Uuid>) { contents.withLock { $0.cordoned = directories } }

    public func isCordoned(_ directory: LogDirectory) -> Bool { contents.withLock { $0.cordoned.contains(directory.directoryId) } }

    /// Ends the start; see `LogDirectory.settle`.
    /// - Parameter isGone: whether a partition of a topic id, whose directory is marked for deletion, is known to be no longer this broker's
    public func settle(removed: Set<Uuid>, isGone: (TopicPartition, Uuid) -> Bool = { _, _ in false }) throws(LogDirectoryError) {
        for directory in kept {
            do throws(LogDirectoryError) {
                try directory.settle(removed: removed) { name, id in
                    // Where the partition's log is open, what is marked was a copy of it, or is what a copy has replaced.
                    log(name)?.topicId == id || isGone(name, id)
                }
            } catch .disk(let error) where isSpare(directory) {
                // It has failed, and goes with what is in it.
                log.error(.disk, "\(directory.path) could not be put in order: \(error)")
            }
        }
    }

    // MARK: All of them

    /// See `LogDirectory.delete`. Copies go with their logs.
    public func delete(_ names: [TopicPartition]) {
        layout.withLock { _ in
            for directory in online {
                let here = names.filter { directory.log($0) != nil || directory.hasUnopened($0) }
                if !here.isEmpty { directory.delete(here) }
                for name in names where directory.futures[name] != nil { drop(name, in: directory) }
            }
        }
    }

    func drop(_ name: TopicPartition, in directory: LogDirectory) {
        do throws(LogDirectoryError) { try directory.dropFuture(name) } catch { log.error(.deletion, "the copy of \(name) cannot be deleted: \(error)") }
    }

    public var hasMarked: Bool { kept.contains { $0.hasMarked } }

    public func removeMarked() { for directory in kept { directory.removeMarked() } }

    public func writeCheckpoints() throws(LogDirectoryError) { try inEach { (directory) throws(LogDirectoryError) in try directory.writeCheckpoints() } }

    public func writeLogStartOffsets() throws(LogDirectoryError) {
        try inEach { (directory) throws(LogDirectoryError) in try directory.writeLogStartOffsets() }
    }

    public func writeHighWatermarks() throws(LogDirectoryError) { try inEach { (directory) throws(LogDirectoryError) in try directory.writeHighWatermarks() } }

    /// Does the same in each directory; one that cannot does not keep the others from it. The first failure is thrown at the end.
    private func inEach(_ body: (LogDirectory) throws(LogDirectoryError) -> Void) throws(LogDirectoryError) {
        var failure: LogDirectoryError?
        for directory in kept { do throws(LogDirectoryError) { try body(directory) } catch { failure = failure ?? error } }
        if let failure { throw failure }
    }

    // MARK: Cuts

    /// See `LogDirectory.truncate`. The log stays in its directory meanwhile.
    @discardableResult
    public func truncate(_ name: TopicPartition, to offset: Offset, now: Int64) throws(LogDirectoryError) -> Offset? {
        try layout.withLock { (_) throws(LogDirectoryError) in try directory(of: name)?.truncate(name, to: offset, now: now) }
    }

    /// See `LogDirectory.restart`.
    public func restart(_ name: TopicPartition, at offset: Offset, now: Int64) throws(LogDirectoryError) {
        try layout.withLock { (_) throws(LogDirectoryError) in try directory(of: name)?.restart(name, at: offset, now: now) }
    }
}

extension LogDirectory {
    /// The topic id of a directory that was not opened yet, where it is known.
    fileprivate func unopenedTopicId(_ name: TopicPartition) -> Uuid? { contents.withLock { $0.found[name]?.topicId } }

    /// Logs of partitions and copies.
    fileprivate var count: Int { contents.withLock { $0.logs.count - ($0.logs[.clusterMetadata] == nil ? 0 : 1) + $0.futures.count } }
}
