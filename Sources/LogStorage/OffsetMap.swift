import KafkaProtocol
import Vocabulary

/// The newest offset of each key in the part of a log that compaction has not seen yet. Keys are kept whole, so nothing can collide.
struct OffsetMap {
    private var offsets: [Bytes: Offset] = [:]
    private var usedBytes = 0
    private let maxBytes: Int
    /// The last offset that was looked at; -1 before the first. What lies behind it is kept.
    private(set) var latestOffset = Offset.undefined

    /// About what a dictionary's entry takes besides the key's bytes.
    private static let entryBytes = 128

    init(maxBytes: Int) { self.maxBytes = maxBytes }

    var isFull: Bool { usedBytes >= maxBytes }

    subscript(_ key: Bytes) -> Offset? { offsets[key] }

    mutating func note(_ key: Bytes, offset: Offset) {
        if offsets.updateValue(offset, forKey: key) == nil {
            // The slice in the dictionary must not keep a whole block of the log alive.
            offsets.removeValue(forKey: key)
            offsets[key.compacted()] = offset
            usedBytes += key.count + Self.entryBytes
        }
    }

    mutating func advance(to offset: Offset) { latestOffset = max(latestOffset, offset) }
}

/// Which transactions' records and markers compaction meets, in the order of the log.
struct CompactedTransactions {
    private struct Aborted {
        var entry: TransactionIndex.Entry
        /// Records of it were met in this pass.
        var hasData = false
    }

    /// Not met yet, the last one first.
    private var upcoming: [TransactionIndex.Entry]
    private var aborted: [Int64: Aborted] = [:]
    private var committed: Set<Int64> = []

    init(_ entries: [TransactionIndex.Entry]) { upcoming = entries.sorted { $0.firstOffset > $1.firstOffset } }

    private mutating func meet(_ offset: Offset) {
        while let next = upcoming.last, next.firstOffset <= offset {
            upcoming.removeLast()
            aborted[next.producerId] = Aborted(entry: next)
        }
    }

    /// Whether a batch of data belongs to an aborted transaction.
    mutating func isAborted(_ batch: RecordBatch) -> Bool {
        meet(Offset(batch.lastOffset))
        guard batch.isTransactional else { return false }
        if aborted[batch.producerId] != nil {
            aborted[batch.producerId]?.hasData = true
            return true
        }
        committed.insert(batch.producerId)
        return false
    }

    /// Whether nothing of the transaction that a marker ends was met, so that the marker may go in time; and the entry of the transaction
    /// index that must stay with it otherwise.
    mutating func markerIsForNothing(_ batch: RecordBatch) -> (isForNothing: Bool, entry: TransactionIndex.Entry?) {
        meet(Offset(batch.lastOffset))
        guard let marker = TransactionMarker(batch) else { return (false, nil) }
        guard marker.isAbort else { return (committed.remove(batch.producerId) == nil, nil) }
        guard let transaction = aborted.removeValue(forKey: batch.producerId), transaction.hasData else { return (true, nil) }
        return (false, transaction.entry)
    }
}
