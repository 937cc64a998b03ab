import KafkaProtocol
import Vocabulary

/// Writes compacted segments: reads the old ones batch by batch and keeps what must stay.
final class SegmentCleaner {
    private let plan: CompactionPlan
    private let map: OffsetMap
    private let now: Int64
    private var transactions: CompactedTransactions

    init(plan: CompactionPlan, map: OffsetMap, now: Int64) {
        self.plan = plan
        self.map = map
        self.now = now
        transactions = CompactedTransactions(plan.aborted)
    }

    /// Writes `.cleaned` files for a group of neighbouring segments and makes them durable; returns the bytes of the new log file.
    func clean(_ group: [CompactionSource]) throws(DiskError) -> Int {
        let base = group[0].baseOffset
        let stem = plan.directory + "/" + Segment.stem(base)
        for suffix in Segment.suffixes { try plan.disk.removeFile(stem + suffix + ".cleaned") }
        let target = try Segment(
            disk: plan.disk, directory: plan.directory, baseOffset: base, names: [], create: true, now: now, fileSuffix: ".cleaned")
        for source in group {
            var scanner = BatchScanner(file: source.segment.log, from: 0, to: source.size, blockBytes: 1 << 20)
            while let batch = try scanner.nextBatch() {
                guard let kept = batch.isCrcValid ? try keep(batch, target) : batch else { continue }
                try target.append([kept.bytes])
                try target.note(
                    lastOffset: Offset(kept.lastOffset), maxTimestamp: kept.maxTimestamp, sizeInBytes: kept.bytes.count,
                    indexInterval: plan.config.indexIntervalBytes)
            }
            // What lies behind bytes that are no batch must not be lost by leaving them out.
            if let failure = scanner.failure { throw CompactionPlan.damaged(source, scanner.position, failure) }
        }
        try target.becomeInactive()
        for file in try target.indexFiles() { try file.sync() }
        try target.log.sync()
        target.close()
        return target.size
    }

    /// The batch, as it is or with fewer records; nil when nothing of it stays.
    private func keep(_ batch: RecordBatch, _ target: Segment) throws(DiskError) -> RecordBatch? {
        let isForNothing: Bool
        if batch.isControl {
            let (nothing, entry) = transactions.markerIsForNothing(batch)
            if let entry { target.transactionIndex.append(entry) }
            isForNothing = nothing
        } else {
            isForNothing = transactions.isAborted(batch)
        }
        let dropsRecords = batch.isControl ? isForNothing && (batch.deleteHorizonMs.map { $0 <= now } ?? false) : isForNothing
        if dropsRecords { return isLastOfProducer(batch) ? emptied(batch) : nil }
        guard !batch.isControl else {
            return isForNothing && !batch.hasDeleteHorizon ? rebuilt(batch, horizon: horizon) { _ in true } : batch
        }
        // What cannot be read is not for compaction to throw away.
        guard let found = look(at: batch) else { return batch }
        let needsHorizon = found.hasTombstone && !batch.hasDeleteHorizon
        if found.kept == 0 { return isLastOfProducer(batch) ? (found.all == 0 ? batch : emptied(batch)) : nil }
        if found.kept == found.all && !needsHorizon { return batch }
        return rebuilt(batch, horizon: needsHorizon ? horizon : batch.deleteHorizonMs) { self.keeps($0, of: batch) }
    }

    /// How many records the batch has and how many of them stay; nil when it cannot be read. One by one: a batch can hold millions.
    private func look(at batch: RecordBatch) -> (all: Int, kept: Int, hasTombstone: Bool)? {
        var all = 0, kept = 0, hasTombstone = false
        do {
            var reader = try batch.reader(maxDecompressedBytes: plan.config.maxDecompressedBytes)
            while let record = try reader.next() {
                all += 1
                guard keeps(record, of: batch) else { continue }
                kept += 1
                if record.value == nil && record.key != nil { hasTombstone = true }
            }
        } catch {
            return nil
        }
        return (all, kept, hasTombstone)
    }

    private var horizon: Int64 { now &+ plan.config.deleteRetentionMs }

    private func keeps(_ record: Record, of batch: RecordBatch) -> Bool {
        let offset = Offset(record.offset)
        if offset > map.latestOffset { return true }
        guard let key = record.key else { return false }
        guard offset >= map[key] ?? .undefined else { return false }
        if record.value != nil { return true }
        return batch.deleteHorizonMs.map { now < $0 } ?? true
    }

    /// The sequence numbers and epochs of the producers that the log remembers must survive.
    private func isLastOfProducer(_ batch: RecordBatch) -> Bool {
        guard batch.hasProducerId, let producer = plan.producers[batch.producerId] else { return false }
        if producer.lastOffset >= .zero { return Offset(batch.lastOffset) == producer.lastOffset }
        return batch.isControl && batch.producerEpoch == producer.epoch
    }

    private func emptied(_ batch: RecordBatch) -> RecordBatch? {
        let builder = RecordBatchBuilder(
            baseOffset: batch.baseOffset, partitionLeaderEpoch: batch.partitionLeaderEpoch, producerId: batch.producerId, producerEpoch: batch.producerEpoch,
            baseSequence: batch.baseSequence, isTransactional: batch.isTransactional, isControl: batch.isControl)
        builder.lastOffsetDelta = batch.lastOffsetDelta
        guard let empty = try? RecordBatch.parse(builder.build()) else { return nil }
        let pieces =
            batch.timestampType == .logAppendTime ? empty.patched(logAppendTime: batch.maxTimestamp) : empty.patched(maxTimestamp: batch.maxTimestamp)
        return try? RecordBatch.parse(pieces[0])
    }

    private func rebuilt(_ batch: RecordBatch, horizon: Int64?, keeping isKept: (Record) -> Bool) -> RecordBatch {
        let builder = RecordBatchBuilder(
            baseOffset: batch.baseOffset, compression: batch.compression, timestampType: batch.timestampType,
            partitionLeaderEpoch: batch.partitionLeaderEpoch, producerId: batch.producerId, producerEpoch: batch.producerEpoch,
            baseSequence: batch.baseSequence, isTransactional: batch.isTransactional, isControl: batch.isControl, deleteHorizonMs: horizon,
            capacity: batch.bytes.count)
        builder.lastOffsetDelta = batch.lastOffsetDelta
        guard var reader = try? batch.reader(maxDecompressedBytes: plan.config.maxDecompressedBytes) else { return batch }
        while let record = try? reader.next() {
            guard isKept(record) else { continue }
            builder.append(offset: record.offset, timestamp: record.timestamp, key: record.key, value: record.value, headers: record.headers)
        }
        return (try? RecordBatch.parse(builder.build())) ?? batch
    }
}
