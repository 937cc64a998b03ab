import KafkaProtocol
import Vocabulary

/// One segment of a log: the file of batches and its indexes, named by the offset that it begins with. Guarded by the lock of the log that owns it;
/// until a log does, it belongs to the one thread that makes it.
final class Segment: @unchecked Sendable {
    // Unchecked: what changes is only touched as said above. Constants and the files' handles, which are safe by themselves, are also used elsewhere:
    // compaction reads `log`, a sync works on the files that it gathered under the lock.
    let baseOffset: Offset
    let directory: String
    let log: any DiskFile
    let offsetIndex: OffsetIndex
    let timeIndex: TimeIndex
    let transactionIndex: TransactionIndex
    private(set) var size: Int
    /// The largest timestamp (ms), -1 when there is none, and the last offset of its batch.
    private(set) var maxTimestamp: Int64 = -1
    private(set) var offsetOfMaxTimestamp = Offset.undefined
    /// The largest timestamp was read from the index file, which carries no checksum.
    private var isTimestampFromIndex = false
    /// The time that counts for rolling: the first batch's largest timestamp; nil when not known yet.
    private var firstTimestamp: Int64?
    let createdMs: Int64
    private var bytesSinceIndexEntry = 0
    /// Appended to since it was last made durable.
    var isUnsynced = false
    /// Its file was made since the directory was last made durable.
    var isNew: Bool

    /// Opens (or creates) the segment's file. `names` are the files found in the directory, by name; `fileSuffix` is added to each file's name.
    init(disk: any Disk, directory: String, baseOffset: Offset, names: Set<String>, create: Bool, now: Int64, fileSuffix: String = "") throws(DiskError) {
        self.baseOffset = baseOffset
        self.directory = directory
        createdMs = now
        isNew = create
        let stem = directory + "/" + Self.stem(baseOffset)
        log = try disk.openFile(stem + ".log" + fileSuffix, create: create)
        size = log.size
        func indexSize(_ suffix: String) throws(DiskError) -> Int? {
            guard names.contains(Self.stem(baseOffset) + suffix) else { return nil }
            guard case .file(let size)? = try disk.kind(of: stem + suffix) else { return nil }
            return size
        }
        let offsetIndexSize = try indexSize(".index"), timeIndexSize = try indexSize(".timeindex")
        offsetIndex = OffsetIndex(disk: disk, path: stem + ".index" + fileSuffix, baseOffset: baseOffset, size: offsetIndexSize)
        timeIndex = TimeIndex(disk: disk, path: stem + ".timeindex" + fileSuffix, baseOffset: baseOffset, size: timeIndexSize)
        transactionIndex = TransactionIndex(disk: disk, path: stem + ".txnindex" + fileSuffix, size: try indexSize(".txnindex"))
        hasSaneIndexes = try offsetIndex.isSane(fileSize: offsetIndexSize ?? 0, logSize: size)
        if hasSaneIndexes { hasSaneIndexes = try timeIndex.isSane(fileSize: timeIndexSize ?? 0) }
        // Small segments have no offset index entry, but a closed one that holds anything has a time index entry.
        if size > 0, timeIndexSize ?? 0 == 0 { hasSaneIndexes = false }
        if hasSaneIndexes, let last = try timeIndex.last() {
            (maxTimestamp, offsetOfMaxTimestamp) = last
            isTimestampFromIndex = true
        }
        rest()
    }

    /// The indexes found on disk can be used as they are.
    private(set) var hasSaneIndexes = false

    /// The 20 digits that name a segment's files.
    static func stem(_ offset: Offset) -> String {
        let digits = String(offset.value)
        return String(repeating: "0", count: max(0, 20 - digits.utf8.count)) + digits
    }

    /// The offset in a file name with this suffix; nil for other names.
    static func offset(in name: String, suffix: String) -> Offset? {
        guard name.hasSuffix(suffix), name.utf8.count == 20 + suffix.utf8.count else { return nil }
        let digits = name.utf8.prefix(20)
        guard digits.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
        return Int64(Substring(digits)).map(Offset.init)
    }

    /// Writes pieces behind what was noted. They belong to the segment once `note` has been called for each of their batches.
    func append(_ pieces: [Bytes]) throws(DiskError) {
        isUnsynced = true
        try log.write(pieces, at: size)
    }

    /// Notes a batch that lies at the end of what was noted before.
    func note(lastOffset: Offset, maxTimestamp batchTimestamp: Int64, sizeInBytes: Int, indexInterval: Int) throws(DiskError) {
        if batchTimestamp > maxTimestamp { (maxTimestamp, offsetOfMaxTimestamp) = (batchTimestamp, lastOffset) }
        if firstTimestamp == nil && size == 0 { firstTimestamp = batchTimestamp }
        if bytesSinceIndexEntry > indexInterval {
            offsetIndex.append(offset: lastOffset, position: size)
            try timeIndex.append(timestamp: maxTimestamp, offset: offsetOfMaxTimestamp)
            bytesSinceIndexEntry = 0
        }
        bytesSinceIndexEntry += sizeInBytes
        size += sizeInBytes
    }

    /// Whether a batch of this size and time belongs in a new segment.
    func mustRoll(config: LogConfig, jitterMs: Int64, adding bytes: Int, lastOffset: Offset, maxTimestamp: Int64, now: Int64) throws(DiskError) -> Bool {
        if size > config.segmentBytes - bytes && size > 0 { return true }
        guard size > 0 else { return false }
        let waited: Int64
        if let first = try rollTimestamp(), maxTimestamp >= 0 { waited = maxTimestamp - first } else { waited = now - createdMs }
        // A compacted topic's records must leave the active segment in time to be compacted.
        let segmentMs = config.isCompacted ? min(config.segmentMs, config.maxCompactionLagMs) : config.segmentMs
        if waited > segmentMs - jitterMs { return true }
        if offsetIndex.file.sizeInBytes + OffsetIndex.entrySize > config.segmentIndexBytes { return true }
        if timeIndex.file.sizeInBytes + 2 * TimeIndex.entrySize > config.segmentIndexBytes { return true }
        return lastOffset - baseOffset > Int64(Int32.max)
    }

    /// The largest timestamp as the batches have it: for a decision to delete, which an index's damaged byte must not bring about.
    func verifiedMaxTimestamp() throws(DiskError) -> Int64 {
        guard isTimestampFromIndex else { return maxTimestamp }
        var scanner = BatchScanner(file: log, from: 0, to: size, blockBytes: Self.searchBlock)
        var largest = (timestamp: Int64(-1), offset: Offset.undefined)
        while let header = try scanner.nextHeader() {
            if header.maxTimestamp > largest.timestamp { largest = (header.maxTimestamp, Offset(header.lastOffset)) }
        }
        if largest.timestamp > maxTimestamp { (maxTimestamp, offsetOfMaxTimestamp) = largest }
        isTimestampFromIndex = false
        return maxTimestamp
    }

    private func rollTimestamp() throws(DiskError) -> Int64? {
        if firstTimestamp == nil, size > 0 {
            var scanner = BatchScanner(file: log, from: 0, to: size, blockBytes: RecordBatch.headerSize)
            firstTimestamp = try scanner.nextHeader()?.maxTimestamp ?? -1
        }
        guard let firstTimestamp, firstTimestamp >= 0 else { return nil }
        return firstTimestamp
    }

    /// No more appends: the last time index entry is added, and the indexes are written to their files, not yet made durable.
    func becomeInactive() throws(DiskError) {
        try timeIndex.append(timestamp: maxTimestamp, offset: offsetOfMaxTimestamp)
        try offsetIndex.file.flush()
        try timeIndex.file.flush()
        try transactionIndex.file.flush()
        // Kafka takes a segment without these two files for damaged.
        try offsetIndex.file.create()
        try timeIndex.file.create()
        // Its records may be durable, but its indexes are not as long as it is appended to.
        if [offsetIndex.file, timeIndex.file, transactionIndex.file].contains(where: \.isUnsynced) { isUnsynced = true }
    }

    /// Forgets the indexes; `note` fills them again.
    func resetIndexes() throws(DiskError) {
        try offsetIndex.file.clear()
        try timeIndex.file.clear()
        try transactionIndex.file.clear()
        (maxTimestamp, offsetOfMaxTimestamp, firstTimestamp) = (-1, .undefined, nil)
        isTimestampFromIndex = false
        bytesSinceIndexEntry = 0
        size = 0
        hasSaneIndexes = true
    }

    /// Cuts the file behind what was noted.
    func truncateFile() throws(DiskError) {
        try log.truncate(to: size)
        isUnsynced = true
    }

    /// The indexes' open files, written as far as they go.
    func indexFiles() throws(DiskError) -> [any DiskFile] {
        var files: [any DiskFile] = []
        for index in [offsetIndex.file, timeIndex.file, transactionIndex.file] {
            if let file = try index.flushed() { files.append(file) }
        }
        return files
    }

    /// Lets go of the indexes' files; they are opened again when they are asked.
    func rest() {
        offsetIndex.file.close()
        timeIndex.file.close()
        transactionIndex.file.close()
    }

    /// Nothing is read or written any more: the files may be renamed, removed, or made anew by others.
    func close() {
        rest()
        log.close()
    }

    /// The segment's files, the log itself first.
    static let suffixes = [".log", ".index", ".timeindex", ".txnindex"]

    /// - Parameter withSnapshot: also of the producers at the segment's beginning
    func removeFiles(_ disk: any Disk, withSnapshot: Bool = true) throws(DiskError) {
        close()
        for suffix in Self.suffixes { try disk.removeFile(directory + "/" + Self.stem(baseOffset) + suffix) }
        if withSnapshot { try disk.removeFile(directory + "/" + Self.stem(baseOffset) + ".snapshot") }
    }
}

extension Segment {
    private static let searchBlock = 4096

    /// The first batch whose last offset is at least this one, and its position; nil when the segment ends before.
    func batch(containing offset: Offset) throws(DiskError) -> (header: RecordBatchHeader, position: Int)? {
        try batch(from: try offsetIndex.position(atOrBefore: offset)) { Offset($0.lastOffset) >= offset }
    }

    /// The first batch from a batch's position on that fulfils a condition.
    func batch(from start: Int, where condition: (RecordBatchHeader) -> Bool) throws(DiskError) -> (header: RecordBatchHeader, position: Int)? {
        var scanner = BatchScanner(file: log, from: start, to: size, blockBytes: Self.searchBlock)
        var position = start
        while let header = try scanner.nextHeader() {
            if condition(header) { return (header, position) }
            position = scanner.position
        }
        return nil
    }

    /// Where the batches end that lie wholly before an offset: the position, and the offset behind the last of them.
    func end(before offset: Offset) throws(DiskError) -> (position: Int, offset: Offset) {
        var scanner = BatchScanner(file: log, from: try offsetIndex.position(atOrBefore: offset - 1), to: size, blockBytes: Self.searchBlock)
        var end = (position: scanner.position, offset: baseOffset)
        while let header = try scanner.nextHeader(), Offset(header.lastOffset) < offset { end = (scanner.position, Offset(header.nextOffset)) }
        return end
    }

    /// The last end of a batch that is at most `limit`, for a read that begins with the batch at `start`; and the offset after it.
    func lastBoundary(from start: Int, limit: Int) throws(DiskError) -> (position: Int, nextOffset: Offset) {
        let indexed = try offsetIndex.batchStart(atOrBefore: limit)
        var scanner = BatchScanner(file: log, from: max(start, indexed), to: size, blockBytes: Self.searchBlock)
        var position = scanner.position
        var nextOffset = baseOffset
        while let header = try scanner.nextHeader() {
            guard scanner.position <= limit else { return (position, Offset(header.baseOffset)) }
            position = scanner.position
            nextOffset = Offset(header.nextOffset)
        }
        return (position, nextOffset)
    }
}
