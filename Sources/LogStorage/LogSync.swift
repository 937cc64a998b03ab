import KafkaProtocol
import Vocabulary

/// What one sync has to make durable, gathered under the log's lock and done without it.
struct SyncWork: Sendable {
    var files: [any DiskFile] = []
    var smallFiles: [String] = []
    var directories: [String] = []
    /// Where the files come from, to be put back if nothing can be done for now.
    var segments: [Segment] = []
    var changesDirectory = false
    var makesDirectory = false
    /// The leader epochs to write, and where.
    var epochs: (path: String, content: Bytes)?
    /// Where the log ended then.
    var place: DurablePlace
    let disk: any Disk
    /// The directory that the partition's directory lies in.
    let dataDirectory: String

    func run() throws(DiskError) {
        if let epochs { try disk.writeFile(epochs.path, epochs.content) }
        try sync()
    }

    /// Writes what is not written yet, for a caller that syncs the whole file system afterwards.
    func writeOnly() throws(DiskError) {
        guard let epochs else { return }
        let temporary = epochs.path + ".tmp"
        let file = try disk.openFile(temporary, create: true)
        defer { file.close() }
        try file.truncate(to: 0)
        try file.write([epochs.content], at: 0)
        try disk.rename(temporary, to: epochs.path)
    }

    func sync() throws(DiskError) {
        for file in files { try file.sync() }
        for path in smallFiles where disk.exists(path) {
            let file = try disk.openFile(path, create: false)
            defer { file.close() }
            try file.sync()
        }
        for directory in directories { try disk.syncDirectory(directory) }
    }
}

extension LogState {
    fileprivate mutating func gatherSync(closing: Bool = false) throws(DiskError) -> SyncWork {
        var work = SyncWork(place: place, disk: disk, dataDirectory: String(directory[..<(directory.lastIndex(of: "/") ?? directory.startIndex)]))
        work.segments = segments.filter { $0.isUnsynced || $0.isNew }
        for segment in work.segments where segment.isUnsynced {
            work.files.append(segment.log)
            // The active segment's indexes are written anew after a crash; those of the others must last.
            if closing || segment !== active { work.files += try segment.indexFiles() }
        }
        // From here on nothing fails, so what is gathered is gathered whole.
        work.changesDirectory = isDirectoryNew || isDirectoryChanged || closing || work.segments.contains { $0.isNew }
        if work.changesDirectory { work.directories.append(directory) }
        if isDirectoryNew { work.directories.append(work.dataDirectory) }
        work.makesDirectory = isDirectoryNew
        work.smallFiles = unsyncedFiles
        for segment in work.segments { (segment.isUnsynced, segment.isNew) = (false, false) }
        (isDirectoryNew, isDirectoryChanged) = (false, false)
        unsyncedFiles.removeAll()
        return work
    }

    /// Takes back what was gathered and not done.
    fileprivate mutating func restore(_ work: SyncWork) {
        for segment in work.segments { (segment.isUnsynced, segment.isNew) = (true, true) }
        if work.changesDirectory { isDirectoryChanged = true }
        if work.makesDirectory { isDirectoryNew = true }
        unsyncedFiles += work.smallFiles
        if work.epochs != nil {
            areEpochsUnwritten = true
            epochsOnDisk = LeaderEpochs()
        }
    }

    fileprivate mutating func gatherEpochs(_ work: inout SyncWork) {
        // An epoch that nothing was appended in so far stays unwritten, and is looked at again once something was.
        guard areEpochsUnwritten, epochs.used(before: nextOffset) != epochsOnDisk.used(before: nextOffset) else { return }
        areEpochsUnwritten = false
        epochsOnDisk = epochs
        work.epochs = (directory + "/" + Self.epochsFile, epochs.fileContent)
    }
}

extension PartitionLog {
    /// Makes everything appended before the call durable; returns the offset up to which the log is. The log's lock is not held while the disk
    /// works, so appends go on and the next call covers them all. After a failure the log refuses everything: what is durable is not known.
    @discardableResult
    public func sync() throws(LogError) -> Offset {
        try syncing.withLock { (_) throws(LogError) in try syncFiles() }
    }

    /// For a caller that holds `syncing`.
    @discardableResult
    func syncFiles() throws(LogError) -> Offset {
        guard let work = try gather() else { return flushedOffset }
        return try finish(work)
    }

    private func gather() throws(LogError) -> SyncWork? {
        try state.withLock { (log) throws(LogError) -> SyncWork? in
            try log.checkUsable()
            guard log.flushedOffset < log.nextOffset || !log.unsyncedFiles.isEmpty else { return nil }
            return try log.trying { (log) throws(DiskError) in try log.gatherSync() }
        }
    }

    private func finish(_ work: SyncWork) throws(LogError) -> Offset {
        do throws(DiskError) { try work.run() } catch {
            // No descriptor for a file says nothing of what is on the disk: it is tried again with the next sync.
            state.withLock { log in if error.isPassing { log.restore(work) } else { log.fail(.disk(error)) } }
            throw .disk(error)
        }
        return state.withLock { log in
            log.flushedOffset = max(log.flushedOffset, min(work.place.offset, log.nextOffset))
            if work.place.offset >= log.durable?.offset ?? .zero { log.durable = work.place }
            return log.flushedOffset
        }
    }

    /// Makes the log, its closed segments' indexes and its leader epochs durable; returns the recovery point.
    func flushForCheckpoint(closing: Bool = false) throws(LogError) -> Offset {
        try syncing.withLock { (_) throws(LogError) in
            let work = try state.withLock { (log) throws(LogError) in
                try log.trying { (log) throws(DiskError) in
                    var work = try log.gatherSync(closing: closing)
                    log.gatherEpochs(&work)
                    return work
                }
            }
            let end = try finish(work)
            state.withLock { $0.recoveryPoint = end }
            return end
        }
    }

    /// The whole log, with its leader epochs, was made durable by the caller.
    func noteDurable() { state.withLock { $0.recoveryPoint = $0.nextOffset } }

    /// Closes the log; nothing works afterwards. A clean close leaves a producer snapshot at the end and complete, durable files, so that the next
    /// start need not look at the records.
    public func close(clean: Bool) throws(LogError) {
        defer { markClosed() }
        guard clean else { return }
        try complete()
        _ = try flushForCheckpoint(closing: true)
    }

    /// A clean close without the syncing and without its last step, for a caller that syncs many logs at once and calls `markClosed` then.
    func prepareToClose() throws(LogError) -> SyncWork {
        try complete()
        return try state.withLock { (log) throws(LogError) in
            try log.changing { (log) throws(DiskError) in
                var work = try log.gatherSync(closing: true)
                log.gatherEpochs(&work)
                try work.writeOnly()
                return work
            }
        }
    }

    private func complete() throws(LogError) {
        try state.withLock { (log) throws(LogError) in
            try log.changing { (log) throws(DiskError) in
                try log.active.becomeInactive()
                if log.nextOffset > log.snapshots.last ?? .zero { try log.takeSnapshot() }
                try log.removeStraySnapshots()
            }
        }
    }

    /// Closed in order: its files may be gone, and its name another's.
    var isClosed: Bool { state.withLock { if case .closed = $0.failure { true } else { false } } }

    /// Refuses everything from now on. Waits for a sync that is going on, so that nothing is written under the log's name afterwards.
    func markClosed() {
        syncing.withLock { _ in
            state.withLock { log in
                for segment in log.segments { segment.close() }
                log.fail(.closed)
            }
        }
    }
}
