import KafkaProtocol
import Vocabulary

/// What is known of a log before it is opened.
struct LogOpening {
    var name: TopicPartition
    var directory: String
    var config: LogConfig
    /// Everything below was durable when the checkpoint was written.
    var recoveryPoint = Offset.zero
    /// From the checkpoint of log start offsets.
    var logStartOffset = Offset.zero
    /// Up to where the log was compacted.
    var cleanedOffset = Offset.zero
    /// From `replication-offset-checkpoint`.
    var highWatermark = Offset.zero
    /// From `leader-epoch-checkpoint`.
    var epochs = LeaderEpochs()
    /// The broker stopped cleanly: the end of the log need not be checked.
    var isClean = false
    var isNew = false
    var journal: JournalSeat?
    /// What the journal has of it since a crash.
    var journaled: [JournaledRecords] = []
    var now: Int64
    var log = OperatorLog.silent
    var failures = DiskFailures()
}

extension LogState {
    /// Opens a partition's directory: finishes what compaction left half done, checks what a crash may have torn, restores the producers' state.
    static func open(_ disk: any Disk, _ opening: LogOpening) throws(DiskError) -> (LogState, RecoveryReport) {
        let directory = opening.directory
        var names = Set(opening.isNew ? [] : try disk.names(in: directory))
        var report = RecoveryReport()
        if try LeftoverFiles(disk: disk, directory: directory).tidy(names, &report) { names = Set(try disk.names(in: directory)) }
        var segments: [Segment] = []
        for base in names.compactMap({ Segment.offset(in: $0, suffix: ".log") }).sorted() {
            segments.append(try Segment(disk: disk, directory: directory, baseOffset: base, names: names, create: false, now: opening.now))
        }
        if segments.isEmpty {
            let base = max(.zero, opening.logStartOffset)
            segments.append(try Segment(disk: disk, directory: directory, baseOffset: base, names: [], create: true, now: opening.now))
        }
        let first = segments[0].baseOffset
        var log = LogState(
            name: opening.name, disk: disk, directory: directory, config: opening.config, segments: segments, logStartOffset: first, nextOffset: first,
            flushedOffset: first, operatorLog: opening.log, failures: opening.failures)
        log.isDirectoryNew = opening.isNew
        // Of what a process that was killed has made, nothing says that it would outlive a power failure.
        if !opening.isNew, !opening.isClean {
            log.isDirectoryNew = true
            if names.contains(PartitionMetadata.fileName) { log.unsyncedFiles.append("\(directory)/\(PartitionMetadata.fileName)") }
        }
        log.snapshots = names.compactMap { Segment.offset(in: $0, suffix: ".snapshot") }.sorted()
        log.epochs = opening.epochs
        log.epochsOnDisk = opening.epochs
        if !opening.isNew {
            try log.restore(opening, &report)
            try log.restore(opening.journaled, &report)
        }
        // A start that lies behind the end (the end was lost) begins the log anew there.
        if opening.logStartOffset > log.nextOffset {
            try log.putAllAside("the log's start is offset \(opening.logStartOffset), which lies behind its end", &report)
            try log.restart(at: opening.logStartOffset, now: opening.now)
        }
        log.advanceStart(to: opening.logStartOffset)
        if log.epochs.truncateEnd(log.nextOffset) { log.areEpochsUnwritten = true }
        log.cleanedOffset = min(opening.cleanedOffset, log.nextOffset)
        log.recoveryPoint = min(opening.recoveryPoint, log.nextOffset)
        log.checkpointedStart = min(opening.logStartOffset, log.nextOffset)
        log.checkpointedEnd = min(opening.highWatermark, log.nextOffset)
        log.producers.removeExpired(now: opening.now, afterMs: log.producerExpirationMs)
        log.journal = opening.journal
        // After a crash its files, and that they are there, must be synced once.
        if opening.isClean, log.flushedOffset == log.nextOffset { log.durable = log.place }
        return (log, report)
    }

    static let epochsFile = "leader-epoch-checkpoint"

    private mutating func restore(_ opening: LogOpening, _ report: inout RecoveryReport) throws(DiskError) {
        var firstToRecover = opening.isClean ? segments.count : segmentIndex(atOrBefore: opening.recoveryPoint)
        // The recovery point may have been noted while the segment before it was appended to: nothing says that its indexes have become durable since.
        if firstToRecover > 0, firstToRecover < segments.count, segments[firstToRecover].baseOffset == opening.recoveryPoint { firstToRecover -= 1 }
        // A segment that was not there before may overlap the one before it, so that one's end must be known.
        if let damaged = segments.firstIndex(where: { !$0.hasSaneIndexes && $0.size > 0 }) { firstToRecover = min(firstToRecover, max(0, damaged - 1)) }
        if firstToRecover == segments.count {
            // Without a crash the end is where the last batch ends; if it is not, a crash was not noticed.
            if let end = try endOffset(scanning: active) { nextOffset = end } else { firstToRecover = segments.count - 1 }
        } else {
            while firstToRecover > 0, try !isFollowed(firstToRecover - 1) { firstToRecover -= 1 }
        }
        let start = firstToRecover < segments.count ? segments[firstToRecover].baseOffset : nextOffset
        report.replayedFrom = try restoreProducers(at: start)
        flushedOffset = nextOffset
        guard firstToRecover < segments.count else { return }
        flushedOffset = start
        nextOffset = start
        // What the small files say of offsets behind the recovery point may be of a log that was cut there: the batches tell.
        if !opening.isClean, epochs.truncateEnd(opening.recoveryPoint) { areEpochsUnwritten = true }
        try removeSnapshots(behind: start)
        var index = firstToRecover
        while index < segments.count {
            // An empty one, too: what was appended to it would be taken for an overlap by the next start.
            if index > firstToRecover, segments[index].baseOffset < nextOffset {
                try putAside(segments[index], "the segment begins before the end of the one before it", &report)
                segments.remove(at: index)
                continue
            }
            if index > firstToRecover {
                if hasLostItsEnd(before: segments[index].baseOffset, opening) {
                    try dropSegments(from: index, "the end of the segment before it was lost", &report)
                    break
                }
                try takeSnapshot(at: segments[index].baseOffset)
            }
            let cut = try recover(segments[index], keepsCut: true)
            report.recoveredSegments += 1
            index += 1
            guard let cut else { continue }
            report.truncatedBytes += cut.sizeInBytes
            report.cuts.append(cut)
            // What follows a torn segment does not belong to the log.
            try dropSegments(from: index, "the segment before it ends too early", &report)
        }
        try removeSnapshots(behind: nextOffset)
        try removeStraySnapshots()
    }

    /// Whether a power failure took the end of what was recovered so far, but not the segment that was begun behind it: that one is named by the offset where
    /// its predecessor ended. Gone on from there, the log would lack records that other replicas have, for ever. Compaction leaves such gaps too, but not in
    /// logs that are not compacted; in others a segment is durable before the next one begins (`roll`).
    private func hasLostItsEnd(before base: Offset, _ opening: LogOpening) -> Bool {
        guard !opening.isClean, !config.isCompacted, base > nextOffset, base > opening.cleanedOffset else { return false }
        // See `leaveGap`.
        return base - nextOffset < Int64(Int32.max) / 2
    }

    /// Whether a segment ends, with a whole batch, at or before the one behind it. If not, bytes that were cut off are back, or a segment that was removed is,
    /// for that itself was not durable when a power failure came.
    private func isFollowed(_ index: Int) throws(DiskError) -> Bool {
        guard segments[index].size > 0, let end = try endOffset(scanning: segments[index]) else { return false }
        return end <= segments[index + 1].baseOffset
    }

    private mutating func dropSegments(from index: Int, _ reason: String, _ report: inout RecoveryReport) throws(DiskError) {
        for segment in segments[index...] { try putAside(segment, reason, &report) }
        segments.removeSubrange(index...)
    }

    /// Takes a segment out of the log; its bytes are kept.
    private mutating func putAside(_ segment: Segment, _ reason: String, _ report: inout RecoveryReport) throws(DiskError) {
        segment.close()
        // That it is gone must last as soon as anything that follows does.
        isDirectoryChanged = true
        let path = directory + "/" + Segment.stem(segment.baseOffset) + ".log"
        report.truncatedBytes += segment.size
        if segment.size > 0 {
            let kept = try CutKeeper(disk: disk).keep(path)
            report.cuts.append(LogCut(path: path, position: 0, offset: nextOffset, sizeInBytes: segment.size, reason: reason, keptIn: kept))
        }
        try segment.removeFiles(disk)
    }

    private mutating func putAllAside(_ reason: String, _ report: inout RecoveryReport) throws(DiskError) {
        for segment in segments where segment.size > 0 { try putAside(segment, reason, &report) }
        segments.removeAll { $0.size > 0 }
    }

    /// The offset behind a segment's last batch; nil when the file ends with anything else than a batch.
    private func endOffset(scanning segment: Segment) throws(DiskError) -> Offset? {
        let position = try segment.offsetIndex.position(atOrBefore: .max)
        var scanner = BatchScanner(file: segment.log, from: position, to: segment.size, blockBytes: 4096)
        var end = segment.baseOffset
        while let header = try scanner.nextHeader() { end = Offset(header.nextOffset) }
        return scanner.failure == nil ? end : nil
    }

    /// Takes the newest sound snapshot at or before an offset and replays the log from there up to the offset.
    /// Returns where the replay began, -1 when there was nothing to replay.
    mutating func restoreProducers(at offset: Offset) throws(DiskError) -> Offset {
        var from = segments[0].baseOffset
        producers.removeAll()
        for snapshot in snapshots.reversed() where snapshot <= offset {
            if let table = ProducerSnapshotFile.parse(try disk.readFile(directory + "/" + Segment.stem(snapshot) + ".snapshot")) {
                producers.restore(table)
                from = snapshot
                break
            }
            try disk.removeFile(directory + "/" + Segment.stem(snapshot) + ".snapshot")
            snapshots.removeAll { $0 == snapshot }
        }
        try recallBatches(before: from)
        guard from < offset else { return .undefined }
        for index in segmentIndex(atOrBefore: from)..<segments.count where segments[index].baseOffset < offset {
            let segment = segments[index]
            guard let start = try segment.batch(containing: from) else { continue }
            var scanner = BatchScanner(file: segment.log, from: start.position, to: segment.size, blockBytes: 1 << 20)
            while let batch = try scanner.nextBatch(), Offset(batch.baseOffset) < offset {
                _ = producers.replay(batch, marker: TransactionMarker(batch))
            }
        }
        return from
    }

    /// A snapshot tells of each producer its last batch alone. A producer that had several in flight when the broker stopped sends all of them again, and the
    /// broker must know each for what it is: the others are looked up at the log's end, as far back as this, whatever segments that is in.
    private mutating func recallBatches(before offset: Offset) throws(DiskError) {
        guard !producers.entries.isEmpty, offset > segments[0].baseOffset else { return }
        let last = segmentIndex(atOrBefore: offset - 1)
        var first = last, left = Self.recalledBytes - (try segments[last].offsetIndex.position(atOrBefore: offset))
        while left > 0, first > 0, last - first < Self.recalledSegments {
            first -= 1
            left -= segments[first].size
        }
        var found = ProducerTable()
        for index in first...last {
            let start = index == first && left < 0 ? try segments[index].offsetIndex.batchStart(atOrBefore: -left) : 0
            var scanner = BatchScanner(file: segments[index].log, from: start, to: segments[index].size, blockBytes: 4096)
            while let header = try scanner.nextHeader(), Offset(header.baseOffset) < offset {
                if !header.isControl, producers.entries[header.producerId] != nil { _ = found.replay(header, marker: nil) }
            }
        }
        producers.recall(found)
    }

    private static let recalledBytes = 1 << 20, recalledSegments = 16

    /// Checks every batch of a segment, writes its indexes anew and cuts what is not a whole valid batch; returns what was cut.
    /// - Parameter keepsCut: puts what is cut into a file of its own
    mutating func recover(_ segment: Segment, keepsCut: Bool) throws(DiskError) -> LogCut? {
        let fileSize = segment.log.size
        try segment.resetIndexes()
        var scanner = BatchScanner(file: segment.log, from: 0, to: fileSize, blockBytes: 1 << 20)
        var next = max(nextOffset, segment.baseOffset)
        var reason: String?
        while let batch = try scanner.nextBatch() {
            reason = Self.fault(of: batch, next: next, base: segment.baseOffset)
            if reason != nil { break }
            next = Offset(batch.nextOffset)
            try note(batch, in: segment)
        }
        nextOffset = next
        segment.isUnsynced = true
        if segment !== active { try segment.becomeInactive() }
        guard fileSize > segment.size else { return nil }
        let path = directory + "/" + Segment.stem(segment.baseOffset) + ".log"
        let kept = keepsCut ? try CutKeeper(disk: disk).keep(path, from: segment.size, to: fileSize) : nil
        try segment.truncateFile()
        // What was cut off must not come back before a segment that is begun behind it.
        try segment.log.sync()
        return LogCut(
            path: path, position: segment.size, offset: next, sizeInBytes: fileSize - segment.size,
            reason: reason ?? scanner.failure.map { "\($0)" } ?? "no batch begins there", keptIn: kept)
    }

    /// Why a batch cannot follow those before it; nil when it can.
    static func fault(of batch: RecordBatch, next: Offset, base: Offset) -> String? {
        if Offset(batch.baseOffset) < next { return "the batch there begins at offset \(batch.baseOffset), before the end of what precedes it" }
        if batch.lastOffset < batch.baseOffset || Offset(batch.lastOffset) - base > Int64(Int32.max) { return "the batch there has impossible offsets" }
        return batch.isCrcValid ? nil : "the batch there has a wrong checksum"
    }
}
