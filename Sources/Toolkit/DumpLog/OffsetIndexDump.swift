import KafkaProtocol
import LogStorage
import Vocabulary

/// Shows a `.index` file and compares it with its log.
struct OffsetIndexDump {
    let context: ToolContext
    let disk: any Disk
    let limits: DumpLimits
    let file: DumpedFile

    /// An entry.
    struct Row {
        let file: String
        let entry: OffsetIndexEntry
    }

    static let entries = Shape<Row>(
        "offsetIndexEntries", "an entry of a .index file", text: .lines { "offset: \($0.entry.offset) position: \($0.entry.position)" },
        [
            Column("file", "path") { $0.file }, Column("offset", "last offset of a batch") { $0.entry.offset.value },
            Column("position", "byte of the .log file at which the batch begins") { $0.entry.position },
        ])

    func run() throws -> [Mismatch] {
        let base = try file.baseOffset()
        let log = try disk.openFile(file.sibling(.log), create: false)
        defer { log.close() }
        let index = try IndexView(offsetIndex: file.path, baseOffset: base, disk: disk)
        context.report.open(Self.entries)
        if index.count == 0 {
            context.report.say("\(file.path) is empty.")
            return []
        }
        if context.options.has("index-sanity-check") {
            try checkSanity(index, base)
            context.report.say("\(file.path) passed sanity check.")
            return []
        }
        return try compare(index, log, base)
    }

    private func checkSanity(_ index: IndexView<OffsetIndexEntry>, _ base: Offset) throws {
        let last = try index.entry(index.count - 1).offset
        if last < base { throw ToolError("\(file.path) is corrupt: its last offset is \(last), which is less than the segment's first, \(base)") }
        if index.hasPartialEntry { throw ToolError("\(file.path) is corrupt: its \(index.sizeInBytes) bytes are not a multiple of 8") }
    }

    private func compare(_ index: IndexView<OffsetIndexEntry>, _ log: any DiskFile, _ base: Offset) throws -> [Mismatch] {
        var mismatches: [Mismatch] = []
        for place in 0..<index.count {
            let entry = try index.entry(place)
            // The rest of a preallocated file.
            if place > 0, entry.offset == base { break }
            // No entry is written for a segment's first batch: these are zeros as well.
            let isUnused = entry.offset == base && entry.position == 0
            let end = min(log.size, entry.position + limits.maxMessageSize)
            var scanner = BatchScanner(file: log, from: entry.position, to: end, blockBytes: RecordBatch.headerSize)
            let found = entry.position < 0 ? nil : try scanner.nextHeader()?.lastOffset
            if let found, found != entry.offset.value, !isUnused {
                mismatches.append(Mismatch(kind: .indexOffset, file: file.path, stated: entry.offset.value, found: found))
            } else if found == nil, !isUnused || log.size > 0 {
                throw ToolError(
                    "\(file.path): the entry of offset \(entry.offset) points to byte \(entry.position) of \(file.sibling(.log)), "
                        + "where no batch of at most \(limits.maxMessageSize) bytes begins")
            }
            if !context.options.has("verify-index-only") { context.report.add(Row(file: file.path, entry: entry), as: Self.entries) }
            if context.shouldStop { break }
        }
        // As Kafka lists them.
        return mismatches.sorted { $0.stated > $1.stated }
    }
}
