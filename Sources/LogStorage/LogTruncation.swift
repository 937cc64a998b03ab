import KafkaProtocol
import Vocabulary

/// What becomes of a log that is cut, worked out before anything is changed.
enum TruncationPlan: Equatable {
    /// The log ends there already, or before.
    case nothing
    /// Of a segment (its index) the bytes from a position on go, and all segments behind it; the log ends there.
    case cut(segment: Int, position: Int, end: Offset)
    /// Everything goes, and the log begins at an offset.
    case restart(at: Offset)
}

extension LogDirectory {
    /// Cuts a partition's log: what lies at or behind an offset goes, down to the start of the batch that contains it, with the leader epochs that begin there
    /// or later (also when the log ends before), and the high watermark. What the checkpoints say beyond the cut is taken back first, durably, so that no start
    /// takes what is written there later for checked. A cut at or before the log's start leaves an empty log that begins at the offset.
    /// - Returns: the log's end; nil when the partition is not open here
    @discardableResult
    public func truncate(_ name: TopicPartition, to offset: Offset, now: Int64) throws(LogDirectoryError) -> Offset? {
        try reshape(name, now: now) { (log) throws(DiskError) in try log.truncationPlan(to: offset) }
    }

    /// Drops all that a partition's log has, leader epochs included, and has it begin, empty, at an offset: Kafka's `truncateFullyAndStartAt`, for a follower
    /// whose leader begins behind this log's end. As durable as `truncate`.
    public func restart(_ name: TopicPartition, at offset: Offset, now: Int64) throws(LogDirectoryError) {
        try reshape(name, now: now) { _ in .restart(at: offset) }
    }

    @discardableResult
    private func reshape(
        _ name: TopicPartition, now: Int64, _ plan: (LogState) throws(DiskError) -> TruncationPlan
    ) throws(LogDirectoryError) -> Offset? {
        guard let log = log(name) else { return nil }
        do throws(LogError) {
            // A sync that is under way would call durable what is cut off and written anew meanwhile; and so would checkpoints.
            return try log.syncing.withLock { (_) throws(LogError) in
                try log.leaveJournal()
                return try checkpoints.whileCutting(name) { (lower) throws(LogError) in
                    try log.state.withLock { (log) throws(LogError) in
                        let plan = try log.trying { (log) throws(DiskError) in
                            let plan = try plan(log)
                            try log.prepare(plan, lower)
                            return plan
                        }
                        try log.changing { (log) throws(DiskError) in try log.carryOut(plan, now: now) }
                        return log.nextOffset
                    }
                }
            }
        } catch {
            throw .log(name, error)
        }
    }
}

extension PartitionLog {
    /// Drops what lies at or behind an offset, down to the start of the batch that contains it; returns the end. The checkpoints of the data directory stay as
    /// they are, so this is for a log that none tells of: the metadata log, which is looked at whole at every start. See `LogDirectory.truncate`.
    public func truncate(to offset: Offset, now: Int64) throws(LogError) -> Offset {
        // A sync that is under way would call durable what is cut off and written anew meanwhile.
        try syncing.withLock { (_) throws(LogError) in
            try state.withLock { (log) throws(LogError) in
                try log.changing { (log) throws(DiskError) in
                    try log.carryOut(try log.truncationPlan(to: offset), now: now)
                    return log.nextOffset
                }
            }
        }
    }
}

extension LogState {
    func truncationPlan(to offset: Offset) throws(DiskError) -> TruncationPlan {
        guard offset < nextOffset else { return .nothing }
        guard offset > logStartOffset else { return .restart(at: max(offset, .zero)) }
        let index = segmentIndex(atOrBefore: offset)
        guard segments[index].baseOffset <= offset else { return .restart(at: logStartOffset) }
        let kept = try segments[index].end(before: offset)
        // A batch that began before the log's start held nothing else that is visible.
        return kept.offset < logStartOffset ? .restart(at: logStartOffset) : .cut(segment: index, position: kept.position, end: kept.offset)
    }

    /// Takes back, durably, what the small files say beyond a cut. First the recovery point: from then on a start reads the leader epochs behind it from the
    /// batches, whatever becomes of the rest.
    fileprivate mutating func prepare(_ plan: TruncationPlan, _ lower: (_ recoveryPoint: Offset, _ end: Offset) throws(DiskError) -> Void) throws(DiskError) {
        var kept = LeaderEpochs()
        switch plan {
        case .nothing: return
        case .cut(_, _, let end):
            try lower(end, end)
            kept = epochs
            guard kept.truncateEnd(end), epochsOnDisk.entries.contains(where: { $0.startOffset >= end }) else { return }
        case .restart(let offset):
            // Epochs of the old log must not be taken for the new one's, which may lie behind them.
            try lower(.zero, offset)
            guard !epochsOnDisk.entries.isEmpty else { return }
        }
        try disk.writeFile(directory + "/" + Self.epochsFile, kept.fileContent)
        epochsOnDisk = kept
    }

    mutating func carryOut(_ plan: TruncationPlan, now: Int64) throws(DiskError) {
        switch plan {
        case .nothing:
            // A leader that appended nothing has noted its epoch all the same.
            if epochs.truncateEnd(nextOffset) { areEpochsUnwritten = true }
        case .cut(let index, let position, let end):
            try cut(index, at: position, end: end, now: now)
        case .restart(let offset):
            try removeSegments()
            try restart(at: offset, now: now)
            forgetEpochs()
        }
    }

    private mutating func cut(_ index: Int, at position: Int, end: Offset, now: Int64) throws(DiskError) {
        lower(to: end)
        // Durably one after another, the newest first: one that came back behind the shortened log would be no part of it.
        for segment in segments[(index + 1)...].reversed() {
            try segment.removeFiles(disk)
            try disk.syncDirectory(directory)
        }
        segments.removeSubrange((index + 1)...)
        let isShortened = active.size > position
        try active.log.truncate(to: position)
        // What is cut off must not come back below a segment that is begun behind what is written in its place.
        try active.log.sync()
        if isShortened, position == 0 { try replaceEmptied(now: now) }
        try removeSnapshots(behind: end)
        cursors.removeAll()
        _ = try restoreProducers(at: active.baseOffset)
        nextOffset = active.baseOffset
        if let damage = try recover(active, keepsCut: true) { operatorLog.warn(.recovery, "\(name): \(damage)") }
        try removeSnapshots(behind: nextOffset)
        lower(to: nextOffset)
        if epochs.truncateEnd(nextOffset) { areEpochsUnwritten = true }
        if isShortened { try roll(now: now) }
    }

    /// Has the active segment, which was emptied, go on in another file. What is sent to readers are ranges of files, and some may still be on their way: a
    /// range of a file that was cut ends early, which ends the connection, but with other records written in the place of the old it would bring those. So no
    /// file that was shortened is appended to again.
    private mutating func replaceEmptied(now: Int64) throws(DiskError) {
        let base = active.baseOffset
        try active.removeFiles(disk, withSnapshot: false)
        segments[segments.count - 1] = try Segment(disk: disk, directory: directory, baseOffset: base, names: [], create: true, now: now)
        isDirectoryChanged = true
    }

    /// Nothing is said to be durable, replicated or compacted from an offset on, and a compaction that is under way comes to nothing.
    private mutating func lower(to end: Offset) {
        cutCount += 1
        flushedOffset = min(flushedOffset, end)
        durable = nil
        recoveryPoint = min(recoveryPoint, end)
        cleanedOffset = min(cleanedOffset, end)
        checkpointedStart = min(checkpointedStart, end)
        checkpointedEnd = min(checkpointedEnd, end)
        if let replicated = replicatedEnd { replicatedEnd = min(replicated, end) }
    }

    mutating func removeSnapshots(behind offset: Offset) throws(DiskError) {
        for snapshot in snapshots where snapshot > offset {
            try disk.removeFile(directory + "/" + Segment.stem(snapshot) + ".snapshot")
            isDirectoryChanged = true
        }
        snapshots.removeAll { $0 > offset }
    }

    /// Removes every segment, durably one after another, the newest first, so that a power failure leaves a log without a gap. For a restart.
    mutating func removeSegments() throws(DiskError) {
        for segment in segments.reversed() {
            try segment.removeFiles(disk)
            try disk.syncDirectory(directory)
        }
    }

    /// Drops everything and begins an empty log at an offset.
    mutating func restart(at offset: Offset, now: Int64) throws(DiskError) {
        lower(to: offset)
        // Nothing of what is written now is known to be on the disk.
        recoveryPoint = .zero
        for segment in segments { try segment.removeFiles(disk) }
        for snapshot in snapshots { try disk.removeFile(directory + "/" + Segment.stem(snapshot) + ".snapshot") }
        snapshots.removeAll()
        producers.removeAll()
        cursors.removeAll()
        segments = [try Segment(disk: disk, directory: directory, baseOffset: offset, names: [], create: true, now: now)]
        isDirectoryChanged = true
        (logStartOffset, nextOffset, flushedOffset) = (offset, offset, offset)
        if replicatedEnd != nil { replicatedEnd = offset }
        // What follows may be of an earlier epoch than what is dropped.
        if epochs.truncateEnd(offset) { areEpochsUnwritten = true }
        if epochs.truncateStart(offset) { areEpochsUnwritten = true }
    }

    mutating func forgetEpochs() {
        guard epochs != LeaderEpochs() else { return }
        epochs = LeaderEpochs()
        areEpochsUnwritten = true
    }
}
