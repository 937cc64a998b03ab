import Coordination
import KafkaProtocol
import LogStorage
import Vocabulary

/// A shard's records as batches of its partition's log, and back.
enum ShardLog {
    /// The largest batch that is written, in bytes; Kafka's default `max.message.bytes` is a little more.
    private static let maxBatchBytes = 1_000_000

    /// A transaction that a shard's records belong to.
    struct Transaction: Sendable {
        var producerId: Int64
        var producerEpoch: Int16
        /// What there is to show for the log's part in it.
        var terms = TransactionTerms.unchecked
    }

    static func batches(_ records: [CoordinatorRecord], in transaction: Transaction?, now: Int64) -> Bytes {
        var built: [Bytes] = []
        func begin() -> RecordBatchBuilder {
            RecordBatchBuilder(
                producerId: transaction?.producerId ?? -1, producerEpoch: transaction?.producerEpoch ?? -1, baseSequence: transaction == nil ? 0 : -1,
                isTransactional: transaction != nil)
        }
        var builder = begin()
        for record in records {
            let size = RecordBatchBuilder.recordSizeUpperBound(keyCount: record.key.count, valueCount: record.value?.count, headers: [])
            if !builder.isEmpty && builder.sizeInBytes + size > maxBatchBytes {
                built.append(builder.build())
                builder = begin()
            }
            builder.append(timestamp: now, key: record.key, value: record.value)
        }
        if built.isEmpty { return builder.build() }
        built.append(builder.build())
        return Bytes(built.flatMap(\.array))
    }

    /// Replays everything that a log holds.
    static func fold<Shard: CoordinatorShard>(_ log: PartitionLog, into shard: inout Shard) throws {
        var offset = log.logStartOffset
        let end = log.logEndOffset
        while offset < end {
            let read = try log.read(from: offset, maxBytes: 4 << 20, minOneBatch: true, upTo: end)
            do {
                for batch in try RecordBatches.all(in: try read.records.gathered()) {
                    try batch.checkCrc()
                    try fold(batch, from: offset, into: &shard)
                }
            } catch let error as RecordBatchError {
                throw LogError.corrupt("behind offset \(offset): \(error)")
            }
            guard read.nextOffset > offset else { break }
            offset = read.nextOffset
        }
    }

    private static func fold<Shard: CoordinatorShard>(_ batch: RecordBatch, from offset: Offset, into shard: inout Shard) throws {
        for record in try batch.records() where Offset(record.offset) >= offset {
            if batch.isControl {
                guard let type = ControlRecordType(key: record.key), type == .commit || type == .abort else { continue }
                shard.replayEndTransaction(producerId: batch.producerId, committed: type == .commit)
            } else if let key = record.key {
                // Copied out of the large buffer of the read, which a few small slices would otherwise keep alive.
                let copy = CoordinatorRecord(key: key.compacted(), value: record.value?.compacted())
                shard.replay(copy, offset: record.offset, producerId: batch.isTransactional ? batch.producerId : -1)
            }
        }
    }
}
