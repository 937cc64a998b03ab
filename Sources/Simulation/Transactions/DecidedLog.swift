import Coordination
import KafkaProtocol
import LogStorage
import Vocabulary

/// A partition's records with what the markers behind them made of them, found by reading the whole log, without what the broker keeps about transactions.
struct DecidedLog {
    enum Fate {
        case committed, aborted
        /// No marker came.
        case open
    }

    struct Row {
        var offset: Int64
        var fate: Fate
        var key: Bytes?
        var value: Bytes?

        var text: String { value?.text ?? "" }
    }

    let partition: TopicPartition
    /// What lies below was deleted.
    private(set) var start: Int64 = 0
    var rows: [Row] = []
    /// Batches are missing: compaction took them.
    private(set) var hasGaps = false

    init(_ partition: TopicPartition, rows: [Row] = []) { (self.partition, self.rows) = (partition, rows) }

    /// - Throws: when the log cannot be read
    init(reading log: PartitionLog, _ partition: TopicPartition) throws {
        self.init(partition)
        start = log.logStartOffset.value
        var open: [Int64: [Int]] = [:]
        var next = log.logStartOffset.value
        for batch in try RecordBatches.all(in: log.whole(from: log.logStartOffset, to: log.logEndOffset)) {
            if batch.baseOffset > next { hasGaps = true }
            next = batch.nextOffset
            for record in try batch.records() {
                if batch.isControl {
                    guard let type = record.controlType, type == .commit || type == .abort else { continue }
                    for index in open.removeValue(forKey: batch.producerId) ?? [] { rows[index].fate = type == .commit ? .committed : .aborted }
                } else if record.offset >= start {
                    if batch.isTransactional { open[batch.producerId, default: []].append(rows.count) }
                    rows.append(Row(offset: record.offset, fate: batch.isTransactional ? .open : .committed, key: record.key, value: record.value))
                }
            }
        }
    }
}

extension PartitionLog {
    /// All that lies between two offsets.
    func whole(from start: Offset, to end: Offset) throws -> Bytes {
        var bytes: [UInt8] = []
        var offset = start
        // A read ends with its segment.
        while offset < end {
            let read = try read(from: offset, maxBytes: .max, minOneBatch: true, upTo: end)
            switch read.records {
            case .bytes(let found): bytes += found.array
            case .pieces(let pieces): bytes += try RecordData.pieces(pieces).gathered().array
            }
            guard read.nextOffset > offset else { throw SimulationError("\(name) cannot be read at \(offset)") }
            offset = read.nextOffset
        }
        return Bytes(bytes)
    }
}

/// An offset that a transaction committed for a group, as `__consumer_offsets` has it.
struct DecidedOffset {
    var place: GroupOffset
    var offset: Int64
    /// The transaction that it was committed in.
    var transaction: String
    var fate: DecidedLog.Fate

    /// What a partition of `__consumer_offsets` holds, in the order of the log.
    static func all(in log: DecidedLog) throws -> [DecidedOffset] {
        try log.rows.compactMap { row in
            let record = CoordinatorRecord(key: row.key ?? .empty, value: row.value)
            guard record.recordType == OffsetCommitKey.recordType, let value = try record.decodeValue(OffsetCommitValue.self) else { return nil }
            let key = try record.decodeKey(OffsetCommitKey.self)
            let place = GroupOffset(group: key.group, partition: TopicPartition(key.topic, key.partition))
            return DecidedOffset(place: place, offset: value.offset, transaction: value.metadata, fate: row.fate)
        }
    }
}
