import KafkaProtocol
import Vocabulary

/// `.txnindex`: the aborted transactions whose abort marker lies in the segment; 34 bytes an entry, in the order of the markers.
struct TransactionIndex {
    struct Entry: Equatable {
        var producerId: Int64
        var firstOffset: Offset
        /// Offset of the abort marker.
        var lastOffset: Offset
        /// The last stable offset once the marker was written.
        var lastStableOffset: Offset
    }

    static let entrySize = 34
    let file: IndexFile

    init(disk: any Disk, path: String, size: Int?) {
        file = IndexFile(disk: disk, path: path, entrySize: Self.entrySize, size: size)
    }

    func append(_ entry: Entry) {
        file.append {
            $0.appendBigEndian(Int16(0))
            $0.appendBigEndian(entry.producerId)
            $0.appendBigEndian(entry.firstOffset.value)
            $0.appendBigEndian(entry.lastOffset.value)
            $0.appendBigEndian(entry.lastStableOffset.value)
        }
    }

    func entry(_ index: Int) throws(DiskError) -> Entry {
        parse(try file.entry(index))
    }

    private static let pageEntries = 256

    /// Adds the transactions that overlap the range; true when no later segment can hold another. Markers ascend, so the search begins with the
    /// first one that does not lie before the range.
    func collect(from: Offset, to: Offset, into result: inout [AbortedTransaction]) throws(DiskError) -> Bool {
        var index = try file.lastEntry { bytes, at in bytes.load(at + 18, as: Int64.self) < from.value } + 1
        while index < file.count {
            let page = try file.entries(from: index, atMost: Self.pageEntries)
            for at in stride(from: 0, to: page.count, by: Self.entrySize) {
                let entry = parse(page.dropFirst(at))
                if entry.firstOffset < to { result.append(AbortedTransaction(producerId: entry.producerId, firstOffset: entry.firstOffset)) }
                if entry.lastStableOffset >= to { return true }
            }
            index += page.count / Self.entrySize
        }
        return false
    }

    private func parse(_ bytes: Bytes) -> Entry {
        Entry(
            producerId: bytes.load(2), firstOffset: Offset(bytes.load(10)), lastOffset: Offset(bytes.load(18)), lastStableOffset: Offset(bytes.load(26)))
    }
}
