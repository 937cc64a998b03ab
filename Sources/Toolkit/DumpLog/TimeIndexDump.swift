import KafkaProtocol
import LogStorage
import Vocabulary

/// Shows a `.timeindex` file and compares it with its log.
struct TimeIndexDump {
    let context: ToolContext
    let disk: any Disk
    let file: DumpedFile

    /// An entry.
    struct Row {
        let file: String
        let entry: TimeIndexEntry
    }

    static let entries = Shape<Row>(
        "timeIndexEntries", "an entry of a .timeindex file", text: .lines { "timestamp: \($0.entry.timestamp) offset: \($0.entry.offset)" },
        [
            Column("file", "path") { $0.file },
            Column("timestampMs", "largest timestamp so far, in milliseconds since 1970-01-01 UTC", heading: "timestamp") { $0.entry.timestamp },
            Column("offset", "last offset of the batch that has it") { $0.entry.offset.value },
        ])

    func run() throws -> [Mismatch] {
        let base = try file.baseOffset()
        let log = try disk.openFile(file.sibling(.log), create: false)
        defer { log.close() }
        let index = try IndexView(timeIndex: file.path, baseOffset: base, disk: disk)
        context.report.open(Self.entries)
        if context.options.has("index-sanity-check") {
            try checkSanity(index, base)
            context.report.say("\(file.path) passed sanity check.")
            return []
        }
        return try compare(index, log, base)
    }

    private func checkSanity(_ index: IndexView<TimeIndexEntry>, _ base: Offset) throws {
        if index.count > 0 {
            let first = try index.entry(0), last = try index.entry(index.count - 1)
            if last.timestamp < first.timestamp {
                throw ToolError(
                    "\(file.path) is corrupt: its last timestamp is \(last.timestamp), which is less than its first, \(first.timestamp)"
                        + (last.timestamp == 0 ? " (a broker has not closed the file, or still writes to it)" : ""))
            }
            if last.offset < base {
                throw ToolError("\(file.path) is corrupt: its last offset is \(last.offset), which is less than the segment's first, \(base)")
            }
        }
        if index.hasPartialEntry { throw ToolError("\(file.path) is corrupt: its \(index.sizeInBytes) bytes are not a multiple of 12") }
    }

    private func compare(_ index: IndexView<TimeIndexEntry>, _ log: any DiskFile, _ base: Offset) throws -> [Mismatch] {
        var mismatches: [Mismatch] = []
        var walk = LogWalk(log: log, path: file.sibling(.log))
        var previous: Int64 = -1
        for place in 0..<index.count {
            let entry = try index.entry(place)
            // The rest of a preallocated file.
            if place > 0, entry.offset == base { break }
            let isUnused = entry.offset == base && entry.timestamp == 0
            if !isUnused { mismatches += try self.mismatches(entry, previous, try walk.batch(reaching: entry.offset)) }
            if !context.options.has("verify-index-only") { context.report.add(Row(file: file.path, entry: entry), as: Self.entries) }
            previous = entry.timestamp
            if context.shouldStop { break }
        }
        // As Kafka groups them.
        return [.timestamp, .timestampOrder, .missingOffset].flatMap { kind in mismatches.filter { $0.kind == kind } }
    }

    /// - Parameters:
    ///   - previous: timestamp of the entry before
    ///   - batch: the first that ends with the entry's offset or behind it
    private func mismatches(_ entry: TimeIndexEntry, _ previous: Int64, _ batch: RecordBatch?) throws -> [Mismatch] {
        func mismatch(_ kind: Mismatch.Kind, _ stated: Int64, _ found: Int64?) -> Mismatch {
            Mismatch(kind: kind, file: file.path, stated: stated, found: found)
        }
        guard let batch, batch.lastOffset == entry.offset.value else { return [mismatch(.missingOffset, entry.offset.value, batch?.lastOffset)] }
        let largest: Int64
        do { largest = try batch.records().map(\.timestamp).max() ?? -1 } catch {
            throw ToolError("\(file.sibling(.log)) is damaged in the batch of offset \(batch.baseOffset): \(error)")
        }
        var found: [Mismatch] = []
        if largest != entry.timestamp { found.append(mismatch(.timestamp, entry.timestamp, largest)) }
        if previous >= entry.timestamp { found.append(mismatch(.timestampOrder, entry.timestamp, previous)) }
        return found
    }
}

/// Finds batches of a log by offsets that ascend, in one pass.
struct LogWalk {
    private let log: any DiskFile
    private let path: String
    private var scanner: BatchScanner
    /// Where the batch begins that was found last, and its last offset.
    private var start = 0
    private var lastOffset: Int64 = -1

    init(log: any DiskFile, path: String) {
        self.log = log
        self.path = path
        scanner = Self.scanner(log, 0)
    }

    private static func scanner(_ log: any DiskFile, _ position: Int) -> BatchScanner {
        BatchScanner(file: log, from: position, to: log.size, blockBytes: 4096)
    }

    /// The first batch whose last offset is at least this one; nil when the log ends before.
    mutating func batch(reaching offset: Offset) throws -> RecordBatch? {
        // An offset that does not ascend is looked for from the start, one of the same batch in it again.
        scanner = Self.scanner(log, offset.value < lastOffset ? 0 : start)
        while true {
            start = scanner.position
            guard let header = try scanner.nextHeader() else { return nil }
            lastOffset = header.lastOffset
            if header.lastOffset >= offset.value { break }
        }
        var reader = BatchScanner(file: log, from: start, to: log.size, blockBytes: 4096)
        return try reader.nextBatch()
    }
}
