import KafkaProtocol
import Vocabulary

/// What a partition's log is made of; guarded by the log's lock.
struct LogState: Sendable {
    let name: TopicPartition
    let disk: any Disk
    var directory: String
    var config: LogConfig
    /// Ascending by base offset, never empty; the last one is appended to.
    var segments: [Segment]
    var logStartOffset: Offset
    var nextOffset: Offset
    /// Everything below is durable in the log's own files.
    var flushedOffset: Offset
    /// Where the durable part ends, in these files or in the journal; nil when only a sync can tell.
    var durable: DurablePlace?
    var journal: JournalSeat?
    var producers = ProducerTable()
    var epochs = LeaderEpochs()
    /// The leader epochs differ from their file.
    var areEpochsUnwritten = false
    /// What the file holds.
    var epochsOnDisk = LeaderEpochs()
    /// Offsets of the producer snapshots on disk, ascending.
    var snapshots: [Offset] = []
    /// Small files written since the last sync (their paths, so that partitions at rest hold no descriptors for them).
    var unsyncedFiles: [String] = []
    /// The partition's directory (and the entry of it in its parent) was made since the last sync.
    var isDirectoryNew = false
    /// Files were made in the partition's directory since the last sync.
    var isDirectoryChanged = false
    /// Why nothing can be done any more: the log is closed, or the disk failed and what is on it is not known.
    private(set) var failure: LogError?
    var role = LogRole.untold
    /// Everything below is durable, and what leader epochs have there is in their file: what the checkpoint may say.
    var recoveryPoint = Offset.zero
    /// The high watermark of the checkpoint, or what of the log is left below it.
    var checkpointedEnd = Offset.zero
    /// The log's start of the checkpoint: no start of the process brings back what lies below.
    var checkpointedStart = Offset.zero
    /// How often the log was cut: what was found out before a cut may not hold behind it.
    var cutCount = 0
    /// When the operator was last told (ms) that an append could not be written; small ones may fit where large ones do not, so not each time.
    var writeFailureToldMs: Int64?
    let operatorLog: OperatorLog
    let failures: DiskFailures
    var producerExpirationMs: Int64 = 86_400_000
    /// Where recent reads ended, so that the next read of a consumer needs no index.
    var cursors = ReadCursors()
    /// Everything below was compacted already (`cleaner-offset-checkpoint`).
    var cleanedOffset = Offset.zero
    /// The log is being copied: what is compacted meanwhile would be so in one part of the copy and not in another.
    var pausesCompaction = false

    var active: Segment { segments[segments.count - 1] }

    var sizeInBytes: Int { segments.reduce(0) { $0 + $1.size } }

    /// Up to where every replica that must have the records has them, as the partition says; nil while no other replica must have them.
    var replicatedEnd: Offset?

    var highWatermark: Offset { max(logStartOffset, min(replicatedEnd ?? nextOffset, nextOffset)) }

    var lastStableOffset: Offset { min(producers.firstUnstableOffset ?? nextOffset, highWatermark) }

    var offsets: LogOffsets {
        LogOffsets(start: logStartOffset, highWatermark: highWatermark, lastStable: lastStableOffset, end: nextOffset)
    }

    /// Ends the log's use. The first reason counts; the operator hears of it, unless the log was closed in order.
    mutating func fail(_ reason: LogError) {
        guard failure == nil else { return }
        failure = reason
        if case .closed = reason { return }
        operatorLog.error(.disk, "\(name) refuses everything until the next start, for what is on the disk is not known: \(reason)")
        failures.note("\(name): \(reason)")
    }

    func checkUsable() throws(LogError) {
        if let failure { throw failure }
    }

    /// Runs something that changes files; a failure leaves the log unusable, for what is on disk is not known then.
    mutating func changing<R>(_ body: (inout LogState) throws(DiskError) -> R) throws(LogError) -> R {
        try checkUsable()
        do {
            return try body(&self)
        } catch {
            fail(.disk(error))
            throw .disk(error)
        }
    }

    /// Runs something that can be done again from the start if it fails on the way: the log stays usable.
    mutating func trying<R>(_ body: (inout LogState) throws(DiskError) -> R) throws(LogError) -> R {
        try checkUsable()
        do {
            return try body(&self)
        } catch {
            noteFailure(error)
            throw .disk(error)
        }
    }

    /// What a disk refuses that is not full, is the failure of its directory (KIP-112), also where this log could go on.
    func noteFailure(_ error: DiskError) { if error.isOfTheDisk { failures.note("\(name): \(error)") } }

    /// Index of the last segment that begins at or before the offset; 0 when none does.
    func segmentIndex(atOrBefore offset: Offset) -> Int {
        var low = 0, high = segments.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if segments[middle].baseOffset <= offset { low = middle } else { high = middle }
        }
        return low
    }

    /// The offset behind a segment's last batch, as far as the log tells without looking into the file.
    func endOffset(ofSegment index: Int) -> Offset {
        index + 1 < segments.count ? segments[index + 1].baseOffset : nextOffset
    }

    /// Closes the active segment and begins one at the log's end, unless the active one is empty. What fails on the way is done by the next attempt.
    mutating func roll(now: Int64) throws(DiskError) {
        guard active.size > 0 else { return }
        if config.isCompacted || durableOffset > flushedOffset { try syncBeforeRoll() }
        try active.becomeInactive()
        active.isUnsynced = true
        try takeSnapshot()
        segments.append(try Segment(disk: disk, directory: directory, baseOffset: nextOffset, names: [], create: true, now: now))
    }

    /// Of a log that is compacted, or becomes so, a start could not tell a lost end, which the journal may have, from a compacted one.
    private mutating func syncBeforeRoll() throws(DiskError) {
        do throws(DiskError) { try active.log.sync() } catch {
            if !error.isPassing { fail(.disk(error)) }
            throw error
        }
    }

    /// Writes the producers' state at the log's end; it becomes durable with the next sync.
    mutating func takeSnapshot() throws(DiskError) { try takeSnapshot(at: nextOffset) }

    /// The same for an offset behind which nothing was noted yet.
    mutating func takeSnapshot(at offset: Offset) throws(DiskError) {
        try writeSmallFile(Segment.stem(offset) + ".snapshot", ProducerSnapshotFile.content(producers))
        if snapshots.last != offset { snapshots.append(offset) }
    }

    /// Writes a file of the partition's directory; it becomes durable with the next sync.
    mutating func writeSmallFile(_ name: String, _ content: Bytes) throws(DiskError) {
        let path = directory + "/" + name
        let file = try disk.openFile(path, create: true)
        defer { file.close() }
        try file.truncate(to: 0)
        try file.write([content], at: 0)
        unsyncedFiles.append(path)
        isDirectoryChanged = true
    }

    /// Removes snapshots that neither begin a segment nor are the newest.
    mutating func removeStraySnapshots() throws(DiskError) {
        let bases = Set(segments.map(\.baseOffset)), newest = snapshots.last
        for offset in snapshots where offset != newest && !bases.contains(offset) {
            try disk.removeFile(directory + "/" + Segment.stem(offset) + ".snapshot")
        }
        snapshots.removeAll { $0 != newest && !bases.contains($0) }
    }

    /// How much earlier than `segment.ms` the active segment rolls: spread by name and offset, so that partitions do not roll all at once.
    var rollJitterMs: Int64 {
        let limit = min(config.segmentJitterMs, config.segmentMs)
        guard limit > 0 else { return 0 }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ UInt64(bitPattern: active.baseOffset.value)
        for byte in name.description.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Int64(hash % UInt64(limit))
    }
}

/// Where the last reads ended: the batch that begins with an offset lies at a position of a segment.
struct ReadCursors: Sendable {
    struct Cursor {
        var offset: Offset
        var segment: Offset
        var position: Int
    }

    /// What was read last: a small piece that the next reader asks for as well is read from the file once for all of them.
    private struct Piece {
        var segment: Offset
        var position: Int
        var count: Int
        /// Nil until somebody asks for it again.
        var bytes: Bytes?
    }

    private static let smallBytes = 2 << 10

    private var cursors: [Cursor] = []
    private var next = 0
    private var last: Piece?

    func find(_ offset: Offset) -> Cursor? { cursors.first { $0.offset == offset } }

    mutating func note(_ offset: Offset, segment: Offset, position: Int) {
        let cursor = Cursor(offset: offset, segment: segment, position: position)
        if let index = cursors.firstIndex(where: { $0.offset == offset }) {
            cursors[index] = cursor
        } else if cursors.count < 8 {
            cursors.append(cursor)
        } else {
            cursors[next] = cursor
            next = (next + 1) % cursors.count
        }
    }

    /// A part of a segment's file, whole batches.
    mutating func piece(of segment: Segment, at position: Int, count: Int) throws(DiskError) -> RecordData.Piece {
        guard count <= Self.smallBytes else { return try segment.log.piece(at: position, count: count) }
        guard let known = last, known.segment == segment.baseOffset, known.position == position, known.count == count else {
            last = Piece(segment: segment.baseOffset, position: position, count: count)
            return try segment.log.piece(at: position, count: count)
        }
        let bytes: Bytes
        if let kept = known.bytes { bytes = kept } else { bytes = try segment.log.read(at: position, count: count) }
        guard bytes.count == count else { return try segment.log.piece(at: position, count: count) }
        last?.bytes = bytes
        return .bytes(bytes)
    }

    mutating func removeAll() {
        cursors.removeAll()
        last = nil
    }
}
