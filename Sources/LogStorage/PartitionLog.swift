import KafkaProtocol
import Synchronization
import Vocabulary

/// The log of one partition: an ordered run of record batches in segment files, with its indexes, producers' state and leader epochs.
/// Every call is synchronous and guarded by the log's own lock; only `sync` works outside it.
public final class PartitionLog: Sendable {
    public let name: TopicPartition
    public let topicId: Uuid
    /// What opening took.
    public let recovery: RecoveryReport

    let state: Mutex<LogState>
    /// Held while the disk works, so that a second sync does not claim what the first has not done yet.
    let syncing = Mutex(())
    /// Held during a compaction: one at a time.
    let compacting = Mutex(())

    init(state: consuming sending LogState, topicId: Uuid, recovery: RecoveryReport) {
        name = state.name
        self.recovery = recovery
        self.topicId = topicId
        self.state = Mutex(state)
    }

    public var logStartOffset: Offset { state.withLock { $0.logStartOffset } }
    public var logEndOffset: Offset { state.withLock { $0.nextOffset } }
    /// Start, end and the marks between them, at one moment.
    public var offsets: LogOffsets { state.withLock { $0.offsets } }
    /// Everything below this offset is durable.
    public var flushedOffset: Offset { state.withLock { $0.flushedOffset } }
    /// Bytes of all segments.
    public var sizeInBytes: Int { state.withLock { $0.sizeInBytes } }
    /// -1 when there is none.
    public var latestLeaderEpoch: LeaderEpoch { state.withLock { $0.epochs.latest } }
    /// The path of its files.
    public var directory: String { state.withLock { $0.directory } }
    public var config: LogConfig { state.withLock { $0.config } }

    /// Says up to where every replica that must have the records has them; nil when no other replica must, and the log's end is the high watermark.
    public func setReplicatedEnd(_ offset: Offset?) { state.withLock { $0.replicatedEnd = offset } }

    public func updateConfig(_ config: LogConfig) { state.withLock { $0.config = config } }

    /// Appends one or more batches (a client: exactly one). Offsets are assigned here, but for `.replication`; the records are not copied.
    /// - Parameters:
    ///   - leaderEpoch: written into the batches
    ///   - now: milliseconds since the epoch
    public func append(
        _ batches: Bytes, leaderEpoch: LeaderEpoch, now: Int64, origin: AppendOrigin, transaction: TransactionTerms = .unchecked
    ) throws(AppendError) -> AppendInfo {
        let incoming = try ValidatedBatches(batches, origin: origin, config: config, now: now, name: name)
        return try state.withLock { (log) throws(AppendError) in
            try log.append(incoming, leaderEpoch: leaderEpoch, now: now, origin: origin, transaction: transaction)
        }
    }

    /// Whole batches as a file range, from the one that contains the offset on, of at most `maxBytes`.
    /// - Parameters:
    ///   - minOneBatch: the first batch is given even if it is larger
    ///   - upTo: end of what may be read (high watermark or last stable offset)
    public func read(from offset: Offset, maxBytes: Int, minOneBatch: Bool, upTo: Offset) throws(LogError) -> ReadInfo {
        try state.withLock { (log) throws(LogError) in
            try log.read(from: offset, maxBytes: maxBytes, minOneBatch: minOneBatch, upTo: upTo)
        }
    }

    /// Aborted transactions that a read-committed reader of this range must know.
    public func abortedTransactions(from: Offset, to: Offset) throws(LogError) -> [AbortedTransaction] {
        try state.withLock { (log) throws(LogError) in try log.abortedTransactions(from: from, to: to) }
    }

    /// The first record whose timestamp is at least this (ms). Decompresses its batch.
    public func offset(forTimestamp timestamp: Int64) throws(LogError) -> TimestampAndOffset? {
        var start = logStartOffset
        while true {
            let found = try state.withLock { (log) throws(LogError) in try log.locate(timestamp: timestamp, from: start) }
            guard let found else { return nil }
            let batch = try found.read()
            if let record = try firstRecord(batch, where: { $0.timestamp >= timestamp && Offset($0.offset) >= start }) {
                return TimestampAndOffset(record, of: batch)
            }
            start = Offset(batch.nextOffset)
        }
    }

    /// The record of the largest timestamp, the first when several have it; nil for a log without timestamps.
    public func offsetOfMaxTimestamp() throws(LogError) -> TimestampAndOffset? {
        let found = try state.withLock { (log) throws(LogError) in try log.locateMaxTimestamp() }
        guard let batch = try found?.read() else { return nil }
        let timestamp = batch.maxTimestamp
        guard let record = try firstRecord(batch, where: { $0.timestamp == timestamp }) else { return nil }
        return TimestampAndOffset(record, of: batch)
    }

    private func firstRecord(_ batch: RecordBatch, where condition: (Record) -> Bool) throws(LogError) -> Record? {
        do {
            var reader = try batch.reader(maxDecompressedBytes: config.maxDecompressedBytes)
            while let record = try reader.next() {
                if condition(record) { return record }
            }
            return nil
        } catch {
            throw .corrupt("\(name), batch at offset \(batch.baseOffset): \(error)")
        }
    }

    /// The start of the log with the leader epoch there (timestamp -1).
    public var earliest: TimestampAndOffset {
        state.withLock { log in
            TimestampAndOffset(timestamp: -1, offset: log.logStartOffset, leaderEpoch: log.epochs.epoch(at: log.logStartOffset) ?? .undefined)
        }
    }

    /// Kafka's OffsetForLeaderEpoch.
    public func endOffset(forEpoch epoch: LeaderEpoch) -> EpochEndOffset {
        state.withLock { $0.epochs.endOffset(for: epoch, logEndOffset: $0.nextOffset) }
    }

    /// The leader epoch in force at an offset.
    public func leaderEpoch(at offset: Offset) -> LeaderEpoch? { state.withLock { $0.epochs.epoch(at: offset) } }

    /// Replaces what is known of leader epochs by what the batches say: each epoch with the offset that it begins at, in ascending order. For a log that was
    /// cut and written anew since the file of epochs was.
    public func replaceLeaderEpochs(_ rows: [(epoch: LeaderEpoch, startOffset: Offset)]) {
        state.withLock { log in
            var epochs = LeaderEpochs()
            for row in rows { epochs.assign(row.epoch, startOffset: row.startOffset) }
            guard epochs != log.epochs else { return }
            log.epochs = epochs
            log.areEpochsUnwritten = true
        }
    }

    /// Moves the log's start (never back); returns the start. Offsets beyond the high watermark are refused: what lies there may yet be cut off, and replaced
    /// by others' records. Segments go with the next retention.
    public func deleteRecords(before offset: Offset) throws(LogError) -> Offset {
        try state.withLock { (log) throws(LogError) in
            try log.checkUsable()
            guard offset >= .zero, offset <= log.highWatermark else {
                throw .offsetOutOfRange(requested: offset, logStartOffset: log.logStartOffset, logEndOffset: log.highWatermark)
            }
            log.advanceStart(to: offset)
            return log.logStartOffset
        }
    }

    /// Removes whole segments by age, by size and below the log's start; returns how many.
    @discardableResult
    public func applyRetention(now: Int64) throws(LogError) -> Int {
        try state.withLock { (log) throws(LogError) in
            try log.checkUsable()
            log.producers.removeExpired(now: now, afterMs: log.producerExpirationMs)
            return try log.applyRetention(now: now)
        }
    }

    /// Begins a new segment, unless the active one is empty.
    public func roll(now: Int64) throws(LogError) {
        try state.withLock { (log) throws(LogError) in
            try log.changing { (log) throws(DiskError) in try log.roll(now: now) }
        }
    }

    /// The producers that the log remembers, by id.
    public func activeProducers(now: Int64) -> [ActiveProducer] {
        state.withLock { log in
            log.producers.entries.sorted { $0.key < $1.key }.compactMap { id, entry in
                guard entry.transactionFirstOffset >= .zero || now - entry.lastTimestamp < log.producerExpirationMs else { return nil }
                return ActiveProducer(
                    producerId: id, producerEpoch: entry.epoch, lastSequence: entry.lastSequence, lastTimestamp: entry.lastTimestamp,
                    coordinatorEpoch: entry.coordinatorEpoch, currentTransactionStartOffset: entry.transactionFirstOffset)
            }
        }
    }

    /// The transactions that are open, oldest first.
    public var openTransactions: [OpenTransaction] {
        state.withLock { log in
            log.producers.openTransactions.map { open in
                OpenTransaction(
                    producerId: open.producerId, firstOffset: open.firstOffset, lastTimestamp: log.producers.entries[open.producerId]?.lastTimestamp ?? -1)
            }
        }
    }

    /// `producer.id.expiration.ms`; 86400000 unless set.
    public func setProducerExpiration(ms: Int64) { state.withLock { $0.producerExpirationMs = ms } }

    /// Forgets producers that have been silent for longer than the expiration.
    public func removeExpiredProducers(now: Int64) {
        state.withLock { $0.producers.removeExpired(now: now, afterMs: $0.producerExpirationMs) }
    }
}
