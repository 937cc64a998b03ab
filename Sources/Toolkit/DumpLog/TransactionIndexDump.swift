import KafkaProtocol
import LogStorage

/// Shows a `.txnindex` file: the aborted transactions whose markers lie in the segment.
struct TransactionIndexDump {
    let context: ToolContext
    let disk: any Disk
    let file: DumpedFile

    /// An aborted transaction.
    struct Row {
        let file: String
        let entry: TransactionIndexEntry
    }

    static let transactions = Shape<Row>(
        "abortedTransactions", "an entry of a .txnindex file: an aborted transaction", text: .lines { line($0.entry) },
        [
            Column("file", "path") { $0.file }, Column("entryVersion", "version of the entry") { $0.entry.version },
            Column("producerId", "producer of the transaction") { $0.entry.producerId },
            Column("firstOffset", "offset of its first record in the partition") { $0.entry.firstOffset.value },
            Column("lastOffset", "offset of the marker that ends it") { $0.entry.lastOffset.value },
            Column("lastStableOffset", "last stable offset of the partition once the marker was written") { $0.entry.lastStableOffset.value },
        ])

    private static func line(_ entry: TransactionIndexEntry) -> String {
        "version: \(entry.version) producerId: \(entry.producerId) firstOffset: \(entry.firstOffset) lastOffset: \(entry.lastOffset) "
            + "lastStableOffset: \(entry.lastStableOffset)"
    }

    func run() throws -> [Mismatch] {
        _ = try file.baseOffset()
        let index = try IndexView(transactionIndex: file.path, disk: disk)
        var rows: [Row] = []
        for place in 0..<index.count {
            let entry = try index.entry(place)
            guard entry.version == 0 else { throw ToolError("\(file.path): entry \(place) has the unknown version \(entry.version)") }
            rows.append(Row(file: file.path, entry: entry))
        }
        context.report.add(rows, as: Self.transactions)
        return []
    }
}
