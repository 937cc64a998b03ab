import KafkaProtocol
import Vocabulary

extension LogDirectory {
    /// The log of a partition: the one that its directory holds, or an empty one in a new directory. Of a new directory nothing is synced: the
    /// first `sync` of the log makes it durable too. A directory of the same name that belongs to another topic id (the topic was deleted and made
    /// again) is put aside, never adopted.
    public func openPartition(_ name: TopicPartition, topicId: Uuid, config: LogConfig, now: Int64) throws(LogDirectoryError) -> PartitionLog {
        try contents.withLock { (contents) throws(LogDirectoryError) in
            if let log = contents.logs[name] {
                guard log.topicId == topicId else { throw .partitionExists(name) }
                log.updateConfig(config)
                return log
            }
            // The metadata log is looked at whole at every start, so the marker does not speak for it.
            if name != .clusterMetadata { try onDisk { () throws(DiskError) in try removeMarker(&contents) } }
            if contents.unmarked.contains(name) { try mark(name, in: &contents) }
            let directory = "\(path)/\(name)"
            var found = contents.found.removeValue(forKey: name)
            // What a checkpoint still says of an earlier partition of this name must not be taken for this one.
            if found == nil { try onDisk { () throws(DiskError) in try checkpoints.forget(name) } }
            if found == nil, try onDisk({ () throws(DiskError) -> Bool in try !createInPlace(directory) }) {
                found = try FoundPartition(disk, directory)
            }
            if let there = found, let reason = try reasonNotToServe(there, directory, as: topicId) {
                try putAside(name, reason, in: &contents)
                try onDisk { () throws(DiskError) in _ = try createInPlace(directory) }
                found = nil
            }
            do throws(LogDirectoryError) {
                let log = try open(name, found, topicId: topicId, config: config, isClean: contents.isClean, now: now)
                contents.logs[name] = log
                contents.unopened.remove(name)
                return log
            } catch {
                // A directory made just now holds nothing yet. If it cannot be removed, it is used or put aside later.
                if found == nil {
                    try? disk.removeTree(directory)
                } else {
                    contents.found[name] = found
                    contents.unopened.insert(name)
                }
                throw error
            }
        }
    }

    /// Makes a partition's directory; not where the data directory is gone, as when its disk was taken away.
    func createInPlace(_ directory: String) throws(DiskError) -> Bool {
        guard try disk.kind(of: "\(path)/\(MetaProperties.fileName)") != nil else {
            throw DiskError(operation: "create directory", path: directory, code: 2, message: "\(path)/\(MetaProperties.fileName) is gone")
        }
        return try disk.createDirectory(directory)
    }

    private func open(
        _ name: TopicPartition, _ found: FoundPartition?, topicId: Uuid, config: LogConfig, isClean: Bool, now: Int64
    ) throws(LogDirectoryError) -> PartitionLog {
        var opening = opening(name, config: config, isNew: found == nil, isClean: isClean, now: now)
        let key = JournalKey(topicId: topicId, partition: name.partition)
        if name != .clusterMetadata { opening.journal = JournalSeat(journal: journal, key: key) }
        if let found {
            opening.epochs = found.epochs
            opening.journaled = journal.found(key)
        }
        return try onDisk { () throws(DiskError) -> PartitionLog in
            if name == .clusterMetadata { try putDamagedSnapshotsAside() }
            let (state, report) = try LogState.open(disk, opening)
            let log = PartitionLog(state: state, topicId: topicId, recovery: report)
            if found?.topicId == nil { try writeTopicId(topicId, log) }
            try journal.adopt(key, log)
            tell(name, report)
            return log
        }
    }

    /// Snapshots that this start does not use must not be taken for sound by the next broker.
    private func putDamagedSnapshotsAside() throws(DiskError) {
        guard let check = metadataCheck else { return }
        for (snapshot, error) in check.damaged where disk.exists(snapshot) {
            let kept = try CutKeeper(disk: disk).keep(snapshot)
            log.warn(.recovery, "\(snapshot) is kept as \(kept) and not used: \(error). The cluster's metadata comes from \(check.instead)")
        }
    }

    /// Runs something on the disk; its failure is the directory's.
    func onDisk<R>(_ body: () throws(DiskError) -> R) throws(LogDirectoryError) -> R {
        do {
            return try body()
        } catch {
            if error.isOfTheDisk { failures.note("\(error)") }
            throw .disk(error)
        }
    }

    func writeTopicId(_ topicId: Uuid, _ log: PartitionLog) throws(DiskError) {
        try log.state.withLock { (log) throws(DiskError) in try log.writeSmallFile(PartitionMetadata.fileName, PartitionMetadata.content(topicId)) }
    }

    /// Why a directory must not be served as this topic's; nil when it may.
    private func reasonNotToServe(_ found: FoundPartition, _ directory: String, as topicId: Uuid) throws(LogDirectoryError) -> String? {
        if let id = found.topicId { return id == topicId ? nil : "it belongs to the topic id \(id), and the topic of this name has \(topicId)" }
        // What a crash left of a partition that nothing was written to may be used.
        let holdsRecords = try onDisk { () throws(DiskError) -> Bool in try self.holdsRecords(directory) }
        return holdsRecords ? "its \(PartitionMetadata.fileName) is missing, so nothing tells which topic its records belong to" : nil
    }

    private func holdsRecords(_ directory: String) throws(DiskError) -> Bool {
        for name in try disk.names(in: directory) where Segment.offset(in: name, suffix: ".log") != nil {
            if case .file(let size)? = try disk.kind(of: directory + "/" + name), size > 0 { return true }
        }
        return false
    }

    func tell(_ name: TopicPartition, _ report: RecoveryReport) {
        for cut in report.cuts { log.warn(.recovery, "\(name): \(cut)") }
        if report.recoveredSegments > 0 { log.debug(.recovery, "\(name): \(report.recoveredSegments) segments were checked and their indexes made anew") }
    }

    // MARK: Stray

    /// Renames a directory that the metadata does not explain, so that it is neither served nor lost.
    @discardableResult
    private func putAside(_ name: TopicPartition, _ reason: String, in contents: inout Contents) throws(LogDirectoryError) -> String {
        let target = freeName(name, suffix: "-stray", in: &contents)
        try putAside(name.description, as: target, reason)
        contents.found[name] = nil
        try onDisk { () throws(DiskError) in try checkpoints.forget(name) }
        return target
    }

    private func putAside(_ directory: String, as target: String, _ reason: String) throws(LogDirectoryError) {
        try onDisk { () throws(DiskError) in
            try disk.rename("\(path)/\(directory)", to: "\(path)/\(target)")
            // The name may be used again at once: the old directory must not come back under it.
            try disk.syncDirectory(path)
        }
        log.warn(
            .stray, "\(path)/\(directory) is kept as \(target) and not served: \(reason). To delete it for good: rm -r \("\(path)/\(target)".shellQuoted)")
    }

    /// Ends the start: what the metadata named is open now. Of the rest, directories that were marked for deletion, of topics whose removal the metadata
    /// log records, are deleted by the next `removeMarked`; all others are kept, and named.
    /// - Parameters:
    ///   - removed: ids of topics whose removal the metadata log records and that are not there any more
    ///   - movedAway: whether a partition of a topic id, whose directory is marked, is known to be elsewhere
    public func settle(removed: Set<Uuid>, movedAway: (TopicPartition, Uuid) -> Bool = { _, _ in false }) throws(LogDirectoryError) {
        let marked = suffixed.filter { DirectoryEntry(name: $0) == .marked }.map { name in
            let id = (try? PartitionMetadata.topicId(disk, "\(path)/\(name)"))?.known
            let partition = DirectoryEntry.partition(ofSuffixed: name)
            return (name: name, id: id, movedPartition: partition.flatMap { partition in id.map { movedAway(partition, $0) } == true ? partition : nil })
        }
        try contents.withLock { (contents) throws(LogDirectoryError) in
            try onDisk { () throws(DiskError) in try removeMarker(&contents) }
            for (name, found) in contents.found.sorted(by: { $0.key < $1.key }) where !contents.unopened.contains(name) {
                let reason: String
                switch found.topicId {
                case let id? where removed.contains(id): reason = "its topic \(id) was removed, but the directory was not marked for deletion"
                case let id?: reason = "the metadata knows no such partition of the topic id \(id)"
                case nil: reason = "the metadata knows no such partition, and it has no \(PartitionMetadata.fileName)"
                }
                let opening = opening(name, config: LogConfig(), isNew: false, isClean: false, now: 0)
                let kept = try putAside(name, reason, in: &contents)
                try onDisk { () throws(DiskError) in try complete(opening, in: kept, found) }
            }
            for name in contents.strangers {
                let target = DirectoryEntry.markedName(name, unique: contents.unique(), suffix: "-stray")
                try putAside(name, as: target, "no broker names a partition so")
            }
            contents.strangers = []
            let open = contents.logs
            try onDisk { () throws(DiskError) in try checkpoints.forget { open[$0] == nil } }
            for (name, id, movedPartition) in marked {
                if let id, removed.contains(id) {
                    contents.marked.insert(name)
                    log.info(.deletion, "\(path)/\(name) is removed: its topic \(id) was removed before the last stop")
                } else if let movedPartition {
                    contents.marked.insert(name)
                    log.info(.deletion, "\(path)/\(name) is removed: \(movedPartition) was moved away before the last stop")
                } else {
                    log.warn(
                        .deletion,
                        "\(path)/\(name) is kept: its name marks it for deletion, but the metadata log does not say that its topic was removed. "
                            + "To delete it: rm -r \("\(path)/\(name)".shellQuoted)")
                }
            }
        }
        let unopened = contents.withLock { contents in
            contents.unopened.compactMap { name in contents.found[name]?.topicId.map { JournalKey(topicId: $0, partition: name.partition) } }
        }
        try onDisk { () throws(DiskError) in try journal.settle(keeping: Set(unopened)) }
        let strays = suffixed.filter { DirectoryEntry(name: $0) == .stray }
        let futures = suffixed.filter { DirectoryEntry(name: $0) == .future } + unexplainedFutures
        if !strays.isEmpty { log.warn(.stray, "stray directories of earlier starts are kept in \(path): \(strays.shortList())") }
        if !futures.isEmpty { log.warn(.stray, "copies that were being moved into \(path) are kept and not served: \(futures.sorted().shortList())") }
    }

    // MARK: Deletion

    /// Takes partitions out and marks their directories for deletion (`topic-0.<unique>-delete`): durably, before this returns. Their files go with
    /// `removeMarked`. Fetches in flight keep what they read. A directory that cannot be marked is tried again; the operator is told.
    public func delete(_ names: [TopicPartition]) {
        let logs = contents.withLock { contents in names.compactMap { contents.logs.removeValue(forKey: $0) } }
        for log in logs { log.markClosed() }
        let keys = logs.map { JournalKey(topicId: $0.topicId, partition: $0.name.partition) }
        let gone = Set(names), opened = Set(logs.map(\.name))
        contents.withLock { contents in
            // One that could not be opened goes as well.
            for name in names where contents.found[name] != nil || opened.contains(name) { markOrRemember(name, in: &contents) }
        }
        do throws(DiskError) {
            try disk.syncDirectory(path)
            try checkpoints.forget { gone.contains($0) }
        } catch {
            log.error(.deletion, "deletions may be undone by a power failure: \(error)")
        }
        do throws(DiskError) { try journal.drop(keys) } catch { log.error(.deletion, "the commit journal of \(path) still names what was deleted: \(error)") }
    }

    private func markOrRemember(_ name: TopicPartition, in contents: inout Contents) {
        do throws(LogDirectoryError) {
            try mark(name, in: &contents)
        } catch {
            if contents.unmarked.insert(name).inserted { log.error(.deletion, "\(name) cannot be deleted now and will be tried again: \(error)") }
        }
    }

    private func mark(_ name: TopicPartition, in contents: inout Contents) throws(LogDirectoryError) {
        let target = freeName(name, suffix: "-delete", in: &contents)
        try onDisk { () throws(DiskError) in try disk.rename("\(path)/\(name)", to: "\(path)/\(target)") }
        contents.found[name] = nil
        contents.unopened.remove(name)
        contents.unmarked.remove(name)
        contents.marked.insert(target)
    }

    /// Whether `removeMarked` has something to do.
    public var hasMarked: Bool { contents.withLock { !$0.marked.isEmpty || !$0.unmarked.isEmpty } }

    func freeName(_ name: TopicPartition, suffix: String, in contents: inout Contents) -> String {
        while true {
            let free = DirectoryEntry.markedName(name, unique: contents.unique(), suffix: suffix)
            if !disk.exists("\(path)/\(free)") { return free }
        }
    }

    /// Removes the directories that are marked for deletion. Long work, for a thread of its own. What cannot be removed stays for the next call.
    public func removeMarked() {
        let marked = contents.withLock { contents in
            for name in contents.unmarked.sorted() { markOrRemember(name, in: &contents) }
            return contents.marked.sorted()
        }
        guard !marked.isEmpty else { return }
        // The new names must last before what is under them goes.
        do throws(DiskError) { try disk.syncDirectory(path) } catch { return log.error(.deletion, "marked directories are not removed yet: \(error)") }
        var removed: [String] = []
        for name in marked {
            do throws(DiskError) {
                try disk.removeTree("\(path)/\(name)")
                removed.append(name)
            } catch {
                log.error(.deletion, "the deleted \(name) could not be removed and will be tried again: \(error)")
            }
        }
        // As long as a directory may come back, the metadata log must go on to say that its topic was removed: see `hasMarked`.
        do throws(DiskError) { try disk.syncDirectory(path) } catch { return log.error(.deletion, "removed directories may come back: \(error)") }
        contents.withLock { $0.marked.subtract(removed) }
    }

    // MARK: Checkpoints

    /// Makes every log durable and writes the checkpoints of recovery points, log start offsets and high watermarks.
    public func writeCheckpoints() throws(LogDirectoryError) {
        let logs = openLogs.map(\.log)
        // Of a log whose disk failed the operator knows; its last recovery point stays.
        for log in logs { _ = try? log.flushForCheckpoint() }
        try onDisk { () throws(DiskError) in try checkpoints.write(logs) }
        journal.tidy(endsFile: true)
    }

    /// Writes the checkpoint of log start offsets alone: what DeleteRecords needs to last.
    public func writeLogStartOffsets() throws(LogDirectoryError) {
        let logs = openLogs.map(\.log)
        try onDisk { () throws(DiskError) in try checkpoints.writeStarts(logs) }
    }

    /// Writes the checkpoint of high watermarks alone, for `replica.high.watermark.checkpoint.interval.ms`; costs nothing when none has moved.
    public func writeHighWatermarks() throws(LogDirectoryError) {
        let logs = openLogs.map(\.log)
        try onDisk { () throws(DiskError) in try checkpoints.writeEnds(logs) }
    }
}

extension LogDirectory.Contents {
    /// 32 hex digits, as Kafka puts them into names.
    mutating func unique() -> String {
        Uuid.random(using: &random).bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
