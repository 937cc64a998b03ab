import KafkaProtocol

/// What one sync has to make durable, gathered under the log's lock and done without it.
struct SyncWork: Sendable {
    var files: [any DiskFile] = []
    var smallFiles: [String] = []
    var directories: [String] = []
    /// The leader epochs to write, and where.
    var epochs: (path: String, content: Bytes)?
    var endOffset: Int64 = 0
    let disk: any Disk

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
        var work = SyncWork(disk: disk)
        work.endOffset = nextOffset
        var isDirectoryChanged = isDirectoryNew || isDirectoryChanged || closing
        self.isDirectoryChanged = false
        for segment in segments {
            if segment.isNew {
                isDirectoryChanged = true
                segment.isNew = false
            }
            guard segment.isUnsynced else { continue }
            segment.isUnsynced = false
            work.files.append(segment.log)
            // The active segment's indexes are written anew after a crash; those of the others must last.
            if closing || segment !== active { work.files += try segment.indexFiles() }
        }
        work.smallFiles = unsyncedFiles
        unsyncedFiles.removeAll()
        if isDirectoryChanged { work.directories.append(directory) }
        if isDirectoryNew { work.directories.append(String(directory[..<(directory.lastIndex(of: "/") ?? directory.startIndex)])) }
        isDirectoryNew = false
        return work
    }

    fileprivate mutating func gatherEpochs(_ work: inout SyncWork) {
        guard areEpochsUnwritten else { return }
        areEpochsUnwritten = false
        if epochs.used(before: nextOffset) == epochsOnDisk.used(before: nextOffset) { return }
        epochsOnDisk = epochs
        work.epochs = (directory + "/" + Self.epochsFile, epochs.fileContent)
    }
}

extension PartitionLog {
    /// Makes everything appended before the call durable; returns the offset up to which the log is. The log's lock is not held while the disk
    /// works, so appends go on and the next call covers them all. After a failure the log refuses everything: what is durable is not known.
    @discardableResult
    public func sync() throws(LogError) -> Int64 {
        try syncing.withLock { (_) throws(LogError) in
            let work = try state.withLock { (log) throws(LogError) -> SyncWork? in
                try log.checkUsable()
                guard log.flushedOffset < log.nextOffset || !log.unsyncedFiles.isEmpty else { return nil }
                return try log.changing { (log) throws(DiskError) in try log.gatherSync() }
            }
            guard let work else { return flushedOffset }
            return try finish(work)
        }
    }

    private func finish(_ work: SyncWork) throws(LogError) -> Int64 {
        do throws(DiskError) {
            try work.run()
        } catch {
            state.withLock { $0.fail(.disk(error)) }
            throw .disk(error)
        }
        return state.withLock { log in
            log.flushedOffset = max(log.flushedOffset, min(work.endOffset, log.nextOffset))
            return log.flushedOffset
        }
    }

    /// Makes the log, its closed segments' indexes and its leader epochs durable; returns the recovery point.
    func flushForCheckpoint(closing: Bool = false) throws(LogError) -> Int64 {
        try syncing.withLock { (_) throws(LogError) in
            let work = try state.withLock { (log) throws(LogError) in
                try log.changing { (log) throws(DiskError) in
                    var work = try log.gatherSync(closing: closing)
                    log.gatherEpochs(&work)
                    return work
                }
            }
            return try finish(work)
        }
    }

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
                if log.nextOffset > log.snapshots.last ?? 0 { try log.takeSnapshot() }
                try log.removeStraySnapshots()
            }
        }
    }

    /// Whether the log can still be used.
    public var failure: LogError? { state.withLock { $0.failure } }

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
