import KafkaProtocol
import Vocabulary

/// Where a follower's log stands after it took what its leader sent.
public struct LeaderAppend: Sendable, Equatable {
    public var endOffset: Offset
    /// The log's last leader epoch, -1 when there is none: with the end it says what to fetch next.
    public var latestEpoch: LeaderEpoch
    /// The high watermark moved.
    public var hasMoved: Bool
}

extension PartitionLog {
    /// Takes what a leader answered to a fetch: whole batches, byte for byte, perhaps with a torn one behind them that is left out. Then the high watermark
    /// follows the leader's up to the log's end, and the log's start the leader's up to the high watermark; neither goes back. Without records these alone
    /// are taken over. Where the log's end lies within the first batch and nothing below it counts any more (the leader deleted records up to there, or behind),
    /// it begins anew with that batch, and its start is what its end was.
    /// - Parameters:
    ///   - leaderEpoch: of the leader that was asked. Batches of later epochs, which it cannot have written, are left out with what follows them (KAFKA-18723)
    ///   - highWatermark, logStart: the leader's
    ///   - fetchOffset: what was asked for; a log that ends elsewhere now refuses the answer
    /// - Throws: FENCED_LEADER_EPOCH or NOT_LEADER_OR_FOLLOWER when the log does not follow in this epoch, OFFSET_OUT_OF_RANGE when it ends elsewhere than at
    ///   `fetchOffset` or, without one, behind the records' beginning; CORRUPT_MESSAGE, INVALID_RECORD for records that begin before what was asked for,
    ///   KAFKA_STORAGE_ERROR (see `isUsable`: a disk that is full
    ///   may have taken some of the batches)
    public func appendFromLeader(
        _ records: Bytes, leaderEpoch: LeaderEpoch, highWatermark: Offset, logStart: Offset, fetchOffset: Offset? = nil, now: Int64
    ) throws(AppendError) -> LeaderAppend {
        let batches = try ReplicatedBatches(records, leaderEpoch: leaderEpoch, maxBytes: config.segmentBytes, name: name)
        func append() throws(AppendError) -> LeaderAppend {
            try state.withLock { (log) throws(AppendError) in
                try log.checkReplica(leaderEpoch: leaderEpoch, fetchOffset: fetchOffset)
                try log.append(batches, leaderEpoch: leaderEpoch, logStart: logStart, isAnswer: fetchOffset != nil, now: now)
                let hasMoved = log.raiseReplicatedEnd(to: highWatermark)
                log.advanceStart(to: min(logStart, log.highWatermark))
                return LeaderAppend(endOffset: log.nextOffset, latestEpoch: log.epochs.latest, hasMoved: hasMoved)
            }
        }
        guard let first = batches.first, state.withLock({ $0.beginsAnew(with: first, logStart) }) else { return try append() }
        // A sync that is under way would call durable what takes the place of an end that it saw.
        return try syncing.withLock { (_) throws(AppendError) in
            do throws(LogError) { try leaveJournal() } catch { throw AppendError(.kafkaStorageError, "\(error)") }
            return try append()
        }
    }
}

extension LogState {
    fileprivate func checkReplica(leaderEpoch: LeaderEpoch, fetchOffset: Offset?) throws(AppendError) {
        if let failure { throw AppendError(.kafkaStorageError, "\(failure)") }
        try checkRole(.replication, leaderEpoch)
        if let fetchOffset, fetchOffset != nextOffset {
            throw AppendError(.offsetOutOfRange, "\(name) ends at offset \(nextOffset), and \(fetchOffset) was fetched")
        }
    }

    /// Whether a log's end lies within a batch of a leader that has nothing below that end, or this log itself has nothing. One that went another way than its
    /// leader is cut no lower than where the leader's epochs are known from, which is its start, and that may lie within a batch.
    fileprivate func beginsAnew(with batch: RecordBatch, _ logStart: Offset) -> Bool {
        max(logStartOffset, logStart) >= nextOffset && Offset(batch.baseOffset) < nextOffset && Offset(batch.lastOffset) >= nextOffset
    }

    /// - Parameter isAnswer: the log's end was what the leader was asked for
    fileprivate mutating func append(
        _ batches: ReplicatedBatches, leaderEpoch: LeaderEpoch, logStart: Offset, isAnswer: Bool, now: Int64
    ) throws(AppendError) {
        var start = logStartOffset
        if let first = batches.first, Offset(first.baseOffset) < nextOffset {
            guard beginsAnew(with: first, logStart) else {
                // A leader that was asked for the log's end would answer the same at once; else it may be the log that went on.
                throw AppendError(
                    isAnswer ? .invalidRecord : .offsetOutOfRange,
                    "The leader's records begin at offset \(first.baseOffset), and \(name) has \(logStartOffset) to \(nextOffset)")
            }
            start = nextOffset
            try beginAnew(at: Offset(first.baseOffset), now: now)
        }
        for part in batches.parts { _ = try append(part, leaderEpoch: leaderEpoch, now: now, origin: .replication) }
        advanceStart(to: start)
    }

    private mutating func beginAnew(at offset: Offset, now: Int64) throws(AppendError) {
        do throws(LogError) {
            try changing { (log) throws(DiskError) in
                // The empty segment lies within what is appended now: it must not come back.
                try log.removeSegments()
                try log.restart(at: offset, now: now)
            }
        } catch {
            throw AppendError(.kafkaStorageError, "\(error)")
        }
    }
}

/// A leader's batches, looked at as far as that can be done without the log, in parts that fit into a segment each.
struct ReplicatedBatches {
    private(set) var parts: [ValidatedBatches] = []

    var first: RecordBatch? { parts.first?.batches.first }

    init(_ records: Bytes, leaderEpoch: LeaderEpoch, maxBytes: Int, name: TopicPartition) throws(AppendError) {
        var iterator = RecordBatches(records).makeIterator()
        var end = Offset.zero
        while let batch = iterator.next() {
            if LeaderEpoch(batch.partitionLeaderEpoch) > leaderEpoch { return }
            guard Offset(batch.baseOffset) >= end, batch.lastOffsetDelta >= 0, batch.baseOffset <= Int64.max - Int64(Int32.max) - 1 else {
                throw AppendError(.corruptMessage, "The leader's records of \(name) are out of order: \(batch.baseOffset) to \(batch.lastOffset) behind \(end)")
            }
            try ValidatedBatches.checkCrc(batch, name)
            end = Offset(batch.nextOffset)
            add(batch, maxBytes: maxBytes)
        }
        // Kafka sends slices of its files, which end anywhere.
        if let failure = iterator.failure, failure != .truncated { throw ValidatedBatches.refusal(failure, name) }
    }

    private mutating func add(_ batch: RecordBatch, maxBytes: Int) {
        // Indexes count offsets from the segment's first in 32 bits.
        let fits = parts.last.map { part in
            part.sizeInBytes + batch.bytes.count <= maxBytes && part.batches.first.map { batch.lastOffset - $0.baseOffset <= Int64(Int32.max) } ?? true
        }
        if fits != true { parts.append(ValidatedBatches()) }
        parts[parts.count - 1].add(batch)
    }
}
