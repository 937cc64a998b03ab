import KafkaProtocol
import Vocabulary

extension LogState {
    /// Assigns offsets, checks the producers and writes the batches.
    mutating func append(
        _ incoming: ValidatedBatches, leaderEpoch: LeaderEpoch, now: Int64, origin: AppendOrigin, transaction terms: TransactionTerms = .unchecked
    ) throws(AppendError) -> AppendInfo {
        if let failure { throw AppendError(.kafkaStorageError, "\(failure)") }
        try checkRole(origin, leaderEpoch)
        // What a leader has a follower must have, even if segments were larger when it was written.
        guard incoming.sizeInBytes <= config.segmentBytes || origin == .replication && incoming.batches.count == 1 else {
            throw AppendError(
                .recordListTooLarge,
                "Message batch size is \(incoming.sizeInBytes) bytes in append to partition \(name), "
                    + "which exceeds the maximum configured segment size of \(config.segmentBytes).")
        }
        var plan = AppendPlan(nextOffset: nextOffset)
        for batch in incoming.batches {
            if origin == .client, batch.hasProducerId, let original = producers.duplicate(of: batch) {
                return duplicateInfo(original)
            }
            try plan.add(batch, producers: producers, origin: origin, terms: terms, logAppendTime: incoming.logAppendTime, name: name)
        }
        do throws(LogError) {
            try rollIfDue(incoming, plan, now: now)
            try write(incoming, plan, leaderEpoch: leaderEpoch, now: now, origin: origin)
            try changing { (log) throws(DiskError) in try log.note(incoming, plan, leaderEpoch: leaderEpoch, origin: origin) }
        } catch {
            throw AppendError(.kafkaStorageError, "\(error)")
        }
        return AppendInfo(
            firstOffset: plan.baseOffsets[0], lastOffset: nextOffset - 1, logAppendTime: incoming.logAppendTime ?? -1, logStartOffset: logStartOffset,
            endOffset: nextOffset, sizeInBytes: incoming.sizeInBytes, isDuplicate: false)
    }

    private func duplicateInfo(_ original: ProducerEntry.Batch) -> AppendInfo {
        // The first attempt may not be durable yet, so a duplicate waits for it like any other append.
        AppendInfo(
            firstOffset: original.firstOffset, lastOffset: original.lastOffset, logAppendTime: original.timestamp,
            logStartOffset: logStartOffset, endOffset: original.lastOffset + 1, sizeInBytes: 0, isDuplicate: true)
    }

    private mutating func rollIfDue(_ incoming: ValidatedBatches, _ plan: AppendPlan, now: Int64) throws(LogError) {
        let maxTimestamp = incoming.logAppendTime ?? incoming.batches.reduce(-1) { max($0, $1.maxTimestamp) }
        try trying { (log) throws(DiskError) in
            let mustRoll = try log.active.mustRoll(
                config: log.config, jitterMs: log.rollJitterMs, adding: incoming.sizeInBytes, lastOffset: plan.nextOffset - 1, maxTimestamp: maxTimestamp,
                now: now)
            if mustRoll { try log.roll(now: now) }
            if log.active.size == 0, plan.nextOffset - 1 - log.active.baseOffset > Int64(Int32.max) { try log.leaveGap(to: plan.baseOffsets[0], now: now) }
        }
    }

    /// Replaces the empty active segment by one that begins further on: indexes count offsets from the segment's first in 32 bits, and a leader may have
    /// compacted away more.
    private mutating func leaveGap(to offset: Offset, now: Int64) throws(DiskError) {
        let segment = try Segment(disk: disk, directory: directory, baseOffset: offset, names: [], create: true, now: now)
        let empty = segments[segments.count - 1]
        segments[segments.count - 1] = segment
        nextOffset = offset
        try takeSnapshot()
        snapshots.removeAll { $0 == empty.baseOffset }
        try empty.removeFiles(disk)
        isDirectoryChanged = true
    }

    private mutating func write(_ incoming: ValidatedBatches, _ plan: AppendPlan, leaderEpoch: LeaderEpoch, now: Int64, origin: AppendOrigin) throws(LogError) {
        var pieces: [Bytes] = []
        pieces.reserveCapacity(2 * incoming.batches.count)
        for (index, batch) in incoming.batches.enumerated() {
            if origin == .replication {
                pieces.append(batch.bytes)
            } else {
                pieces += batch.patched(
                    baseOffset: plan.baseOffsets[index].value, partitionLeaderEpoch: leaderEpoch.value, logAppendTime: incoming.logAppendTime)
            }
        }
        do throws(DiskError) {
            try active.append(pieces)
        } catch {
            // Nothing was noted yet (the disk may be full): with the torn bytes cut off the log is as it was. They must not come back behind what the journal has.
            durable = nil
            if !error.isPassing { try changing { (log) throws(DiskError) in try log.active.truncateFile() } }
            if writeFailureToldMs.map({ now - $0 >= 60_000 }) ?? true {
                writeFailureToldMs = now
                operatorLog.error(.disk, "\(name) cannot be appended to, its producers are refused: \(error)")
            }
            throw .disk(error)
        }
    }

    /// Notes what was written: from here on it is part of the log.
    private mutating func note(_ incoming: ValidatedBatches, _ plan: AppendPlan, leaderEpoch: LeaderEpoch, origin: AppendOrigin) throws(DiskError) {
        for (index, batch) in incoming.batches.enumerated() {
            let base = plan.baseOffsets[index]
            try active.note(
                lastOffset: base + Int64(batch.lastOffsetDelta), maxTimestamp: incoming.logAppendTime ?? batch.maxTimestamp, sizeInBytes: batch.bytes.count,
                indexInterval: config.indexIntervalBytes)
            let isNews =
                origin == .replication
                ? epochs.note(LeaderEpoch(batch.partitionLeaderEpoch), at: base)
                : leaderEpoch > epochs.latest && epochs.assign(leaderEpoch, startOffset: base)
            if isNews { areEpochsUnwritten = true }
        }
        nextOffset = plan.nextOffset
        for update in plan.updates { producers.set(update.producerId, update.entry) }
        for batch in incoming.batches where batch.isTransactional && batch.hasProducerId {
            producers.endVerification(batch.producerId, markerEpoch: batch.isControl ? batch.producerEpoch : nil)
        }
        for (index, completed) in plan.completed.enumerated() where completed.isAborted {
            try noteAborted(completed, before: plan.completed[(index + 1)...], in: active)
        }
    }

    /// - Parameter later: transactions that were open when this one was completed, and that are complete now
    func noteAborted(_ completed: CompletedTransaction, before later: ArraySlice<CompletedTransaction> = [], in segment: Segment) throws(DiskError) {
        segment.transactionIndex.append(
            TransactionIndex.Entry(
                producerId: completed.producerId, firstOffset: completed.firstOffset, lastOffset: completed.lastOffset,
                lastStableOffset: producers.lastStableOffset(after: completed, before: later)))
    }
}

/// Where the batches of one append will lie, and what their producers' entries will be: worked out before anything is written.
private struct AppendPlan {
    var nextOffset: Offset
    var baseOffsets: [Offset] = []
    var updates: [ProducerUpdate] = []
    var completed: [CompletedTransaction] = []

    init(nextOffset: Offset) { self.nextOffset = nextOffset }

    mutating func add(
        _ batch: RecordBatch, producers: ProducerTable, origin: AppendOrigin, terms: TransactionTerms, logAppendTime: Int64?, name: TopicPartition
    ) throws(AppendError) {
        var base = nextOffset
        if origin == .replication {
            base = Offset(batch.baseOffset)
            guard base >= nextOffset, Offset(batch.lastOffset) >= base else {
                throw AppendError(.offsetOutOfRange, "Unexpected offset in append to \(name): batch begins at \(base), the log ends at \(nextOffset)")
            }
        }
        guard base <= Offset.max - Int64(Int32.max) else { throw AppendError(.invalidRecord, "The offsets of \(name) are used up") }
        baseOffsets.append(base)
        nextOffset = base + Int64(batch.lastOffsetDelta) + 1
        guard batch.hasProducerId else { return }
        let known = updates.firstIndex { $0.producerId == batch.producerId }
        var update = known.map { updates[$0] } ?? ProducerUpdate(producers.entries[batch.producerId] ?? ProducerEntry(), producerId: batch.producerId)
        let marker = batch.isControl ? TransactionMarker(batch) : nil
        try update.check(
            batch, marker: marker, offset: base, origin: origin, terms: terms, verification: producers.verifications[batch.producerId], name: name)
        if let marker {
            if let done = update.applyMarker(marker, epoch: batch.producerEpoch, offset: base) { completed.append(done) }
        } else if !batch.isControl {
            update.applyData(batch, firstOffset: base, timestamp: logAppendTime ?? batch.maxTimestamp)
        }
        if let known { updates[known] = update } else { updates.append(update) }
    }
}
