import KafkaProtocol
import Vocabulary

/// Batches of a log that a crash has left in its directory's commit journal.
struct JournaledRecords: Sendable {
    /// Where the log ended that these follow; a log that ends before has lost something else.
    let from: Offset
    let batches: Bytes

    /// Behind the last batch.
    var end: Offset { RecordBatches(batches).reduce(from) { max($0, Offset($1.nextOffset)) } }
}

extension LogState {
    /// Gives the log back what the journal has behind its end: what its files lost in a power failure.
    mutating func restore(_ journaled: [JournaledRecords], _ report: inout RecoveryReport) throws(DiskError) {
        let end = nextOffset
        for records in journaled where records.end > nextOffset {
            guard records.from <= nextOffset else {
                operatorLog.warn(.recovery, "\(name) ends at offset \(nextOffset), and the commit journal goes on at \(records.from): that is left out")
                continue
            }
            for batch in RecordBatches(records.batches) where Offset(batch.baseOffset) >= nextOffset {
                // Somebody else has had the log since, and it went another way.
                guard Self.fault(of: batch, next: nextOffset, base: active.baseOffset) == nil, LeaderEpoch(batch.partitionLeaderEpoch) >= epochs.latest else {
                    break
                }
                try active.append([batch.bytes])
                try note(batch, in: active)
                nextOffset = Offset(batch.nextOffset)
                report.restoredBatches += 1
            }
        }
        if nextOffset > end { operatorLog.info(.recovery, "\(name): offsets \(end) to \(nextOffset - 1) came from the commit journal") }
    }

    /// Notes a batch that lies in a segment's file, as a start finds it: in the indexes, the leader epochs and the producers' state.
    mutating func note(_ batch: RecordBatch, in segment: Segment) throws(DiskError) {
        try segment.note(
            lastOffset: Offset(batch.lastOffset), maxTimestamp: batch.maxTimestamp, sizeInBytes: batch.bytes.count, indexInterval: config.indexIntervalBytes)
        if epochs.note(LeaderEpoch(batch.partitionLeaderEpoch), at: Offset(batch.baseOffset)) { areEpochsUnwritten = true }
        if let completed = producers.replay(batch, marker: TransactionMarker(batch)), completed.isAborted { try noteAborted(completed, in: segment) }
    }
}
