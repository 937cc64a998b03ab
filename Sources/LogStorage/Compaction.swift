import KafkaProtocol
import Vocabulary

/// What a compaction did.
public struct CompactionResult: Sendable, Equatable {
    /// Offset up to which the log is compacted now.
    public var cleanedOffset: Offset
    public var bytesBefore: Int
    public var bytesAfter: Int
}

/// A closed segment that compaction reads. Its file does not change, so it is read without the log's lock.
struct CompactionSource: Sendable {
    let segment: Segment
    let size: Int
    let baseOffset: Offset
    let endOffset: Offset
    let indexBytes: Int
}

/// What one compaction works on, gathered under the log's lock.
struct CompactionPlan: Sendable {
    /// The oldest first; those at the end are the ones not compacted yet.
    var sources: [CompactionSource]
    var firstDirtyOffset: Offset
    /// Aborted transactions, of the whole log.
    var aborted: [TransactionIndex.Entry]
    /// The last data offset (-1: only a marker) and epoch of each producer that the log remembers.
    var producers: [Int64: (lastOffset: Offset, epoch: Int16)]
    var config: LogConfig
    var directory: String
    let disk: any Disk
    /// `LogState.cutCount` when this was gathered.
    let cutCount: Int
}

extension LogState {
    /// Nil when compaction is not due: too little that is new, too young, or nothing but the active segment.
    func compactionPlan(now: Int64) throws(DiskError) -> CompactionPlan? {
        guard config.isCompacted, segments.count > 1 else { return nil }
        let firstDirty = max(cleanedOffset, logStartOffset)
        let limit = min(lastStableOffset, active.baseOffset)
        var sources: [CompactionSource] = []
        var cleanBytes = 0, dirtyBytes = 0
        var oldestDirty: Int64?
        for (index, segment) in segments.dropLast().enumerated() {
            let end = endOffset(ofSegment: index)
            guard end <= limit else { break }
            if end > firstDirty {
                if config.minCompactionLagMs > 0, segment.maxTimestamp > now - config.minCompactionLagMs { break }
                dirtyBytes += segment.size
                if oldestDirty == nil { oldestDirty = segment.maxTimestamp }
            } else {
                cleanBytes += segment.size
            }
            let indexBytes = max(segment.offsetIndex.file.sizeInBytes, segment.timeIndex.file.sizeInBytes)
            sources.append(
                CompactionSource(segment: segment, size: segment.size, baseOffset: segment.baseOffset, endOffset: end, indexBytes: indexBytes))
        }
        guard dirtyBytes > 0 else { return nil }
        let isOverdue = config.maxCompactionLagMs < .max && now - (oldestDirty ?? now) > config.maxCompactionLagMs
        guard isOverdue || Double(dirtyBytes) / Double(cleanBytes + dirtyBytes) > config.minCleanableDirtyRatio else { return nil }
        var aborted: [TransactionIndex.Entry] = []
        for segment in segments {
            for index in 0..<segment.transactionIndex.file.count { aborted.append(try segment.transactionIndex.entry(index)) }
        }
        return CompactionPlan(
            sources: sources, firstDirtyOffset: firstDirty, aborted: aborted,
            producers: producers.entries.mapValues { ($0.lastOffset, $0.epoch) }, config: config, directory: directory, disk: disk,
            cutCount: cutCount)
    }

    /// Puts a compacted segment in the place of those that it was made from; false when they are not all there any more.
    mutating func replace(_ sources: [CompactionSource], of plan: CompactionPlan, now: Int64) throws(DiskError) -> Bool {
        guard cutCount == plan.cutCount, let first = segments.firstIndex(where: { $0 === sources[0].segment }), first + sources.count <= segments.count else {
            return false
        }
        for (index, source) in sources.enumerated() where segments[first + index] !== source.segment { return false }
        let base = sources[0].baseOffset
        let stem = directory + "/" + Segment.stem(base)
        let names = Set(try disk.names(in: directory))
        func isThere(_ name: String) -> Bool { names.contains(Segment.stem(base) + name) }
        // The log's name says how far the exchange got, so it changes last each time (see LeftoverFiles).
        for suffix in Segment.suffixes.reversed() where isThere(suffix + ".cleaned") {
            try disk.rename(stem + suffix + ".cleaned", to: stem + suffix + ".swap")
        }
        try disk.syncDirectory(directory)
        sources[0].segment.close()
        for source in sources.dropFirst() { try source.segment.removeFiles(disk) }
        for suffix in Segment.suffixes.reversed() {
            if isThere(suffix + ".cleaned") {
                try disk.rename(stem + suffix + ".swap", to: stem + suffix)
            } else {
                try disk.removeFile(stem + suffix)
            }
        }
        let compacted = try Segment(
            disk: disk, directory: directory, baseOffset: base, names: Set(try disk.names(in: directory)), create: false, now: sources[0].segment.createdMs)
        segments.replaceSubrange(first..<first + sources.count, with: [compacted])
        cursors.removeAll()
        snapshots.removeAll { offset in sources.dropFirst().contains { $0.baseOffset == offset } }
        return true
    }
}

extension PartitionLog {
    /// Compacts the log when that is due (`cleanup.policy=compact`): of each key only the newest record stays; tombstones and transaction markers go
    /// once `delete.retention.ms` has passed since a compaction first met them (KIP-534). Offsets stay. Long work, most of it without the log's lock:
    /// for a thread of its own.
    /// - Parameters:
    ///   - now: milliseconds since the epoch
    ///   - maxMapBytes: memory for the keys; a log with more keys is compacted part by part
    /// - Returns: nil when nothing was due
    @discardableResult
    public func compact(now: Int64, maxMapBytes: Int = 64 << 20) throws(LogError) -> CompactionResult? {
        try compacting.withLock { (_) throws(LogError) -> CompactionResult? in
            let plan = try state.withLock { (log) throws(LogError) -> CompactionPlan? in
                try log.checkUsable()
                guard !log.pausesCompaction else { return nil }
                do throws(DiskError) { return try log.compactionPlan(now: now) } catch { throw .disk(error) }
            }
            guard let plan else { return nil }
            do throws(DiskError) {
                return try compact(plan, now: now, maxMapBytes: maxMapBytes)
            } catch {
                // The log itself is as it was; what was written beside it goes with the next start. If it was deleted, or retention took what was
                // being read, there is nothing to tell.
                let isMoot = state.withLock { log in
                    log.failure != nil || log.cutCount != plan.cutCount || plan.sources.contains { source in !log.segments.contains { $0 === source.segment } }
                }
                if isMoot {
                    return nil
                }
                throw .disk(error)
            }
        }
    }

    /// Has the log stay as it is, or be compacted again. What is under way is waited for.
    func pauseCompaction(_ pauses: Bool) {
        compacting.withLock { _ in state.withLock { $0.pausesCompaction = pauses } }
    }

    /// The log is not copied any more.
    public func resumeCompaction() { pauseCompaction(false) }

    private func compact(_ plan: CompactionPlan, now: Int64, maxMapBytes: Int) throws(DiskError) -> CompactionResult? {
        let map = try plan.offsetMap(maxBytes: maxMapBytes)
        let sources = plan.sources.filter { $0.baseOffset <= map.latestOffset }
        guard !sources.isEmpty else { return nil }
        let cleaner = SegmentCleaner(plan: plan, map: map, now: now)
        var before = 0, after = 0
        for group in plan.groups(sources) {
            let size = try cleaner.clean(group)
            let isReplaced = state.withLock { log in
                do throws(LogError) {
                    return try log.changing { (log) throws(DiskError) in try log.replace(group, of: plan, now: now) }
                } catch {
                    return false
                }
            }
            // Retention, deletion or a cut took the segments meanwhile: what was written is left for the next start to remove.
            guard isReplaced else { return nil }
            before += group.reduce(0) { $0 + $1.size }
            after += size
        }
        let cleaned = map.latestOffset + 1
        state.withLock { if $0.cutCount == plan.cutCount { $0.cleanedOffset = max($0.cleanedOffset, cleaned) } }
        return CompactionResult(cleanedOffset: cleaned, bytesBefore: before, bytesAfter: after)
    }
}

extension CompactionPlan {
    /// Reads the part that is not compacted yet.
    func offsetMap(maxBytes: Int) throws(DiskError) -> OffsetMap {
        var map = OffsetMap(maxBytes: maxBytes)
        var transactions = CompactedTransactions(aborted.filter { $0.lastOffset >= firstDirtyOffset })
        for source in sources where source.endOffset > firstDirtyOffset {
            var scanner = BatchScanner(file: source.segment.log, from: 0, to: source.size, blockBytes: 1 << 20)
            while let batch = try scanner.nextBatch() {
                if Offset(batch.lastOffset) < firstDirtyOffset { continue }
                if map.isFull { return map }
                if !batch.isCrcValid {
                    // Kept as it is (see SegmentCleaner): it makes nothing else superfluous.
                } else if batch.isControl {
                    _ = transactions.markerIsForNothing(batch)
                } else if !transactions.isAborted(batch), !noteKeys(of: batch, in: &map) {
                    return map
                }
                map.advance(to: Offset(batch.lastOffset))
            }
            if let failure = scanner.failure { throw Self.damaged(source, scanner.position, failure) }
            map.advance(to: source.endOffset - 1)
        }
        return map
    }

    static func damaged(_ source: CompactionSource, _ position: Int, _ failure: RecordBatchError) -> DiskError {
        DiskError(
            operation: "compact", path: source.segment.directory + "/" + Segment.stem(source.baseOffset) + ".log", code: 0,
            message: "it is damaged at byte \(position): \(failure)")
    }

    /// False when the memory was used up within the batch: the rest of it is for the next compaction.
    private func noteKeys(of batch: RecordBatch, in map: inout OffsetMap) -> Bool {
        // A batch that cannot be read is kept as it is (see SegmentCleaner), so it adds nothing.
        guard var reader = try? batch.reader(maxDecompressedBytes: config.maxDecompressedBytes) else { return true }
        while let record = try? reader.next() {
            if map.isFull { return false }
            let offset = Offset(record.offset)
            if let key = record.key, offset >= firstDirtyOffset { map.note(key, offset: offset) }
            map.advance(to: offset)
        }
        return true
    }

    /// Neighbours that fit into one segment together.
    func groups(_ sources: [CompactionSource]) -> [[CompactionSource]] {
        var groups: [[CompactionSource]] = []
        var size = 0, indexBytes = 0
        for source in sources {
            let fits = size + source.size <= config.segmentBytes && indexBytes + source.indexBytes <= config.segmentIndexBytes
            if let first = groups.last?.first, fits, source.endOffset - first.baseOffset <= Int64(Int32.max) {
                groups[groups.count - 1].append(source)
                size += source.size
                indexBytes += source.indexBytes
            } else {
                groups.append([source])
                (size, indexBytes) = (source.size, source.indexBytes)
            }
        }
        return groups
    }
}
