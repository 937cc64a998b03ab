import KafkaProtocol
import Vocabulary

public struct LeaderAppend: Sendable { public var endOffset: Offset; public var latestEpoch: LeaderEpoch; public var hasMoved: Bool }

extension PartitionLog {
    public func lead(_ epoch: LeaderEpoch) { assignLeaderEpoch(epoch) }
    public func follow(_ epoch: LeaderEpoch) {}
    public var checkpointedHighWatermark: Offset { .zero }
    public func raiseReplicatedEnd(to offset: Offset) -> Bool {
        state.withLock { log in
            let before = log.highWatermark
            guard log.replicatedEnd != nil, offset > before else { return false }
            log.replicatedEnd = offset
            return log.highWatermark > before
        }
    }
    public func appendFromLeader(_ records: Bytes, leaderEpoch: LeaderEpoch, highWatermark: Offset, logStart: Offset, now: Int64) throws(AppendError)
        -> LeaderAppend
    {
        var whole = 0
        var batches = RecordBatches(records).makeIterator()
        while let batch = batches.next() { whole += batch.bytes.count }
        if whole > 0 { _ = try append(Bytes(Array(records.array[0..<whole])), leaderEpoch: leaderEpoch, now: now, origin: .replication) }
        let moved = raiseReplicatedEnd(to: min(highWatermark, logEndOffset))
        if logStart > logStartOffset { _ = try? deleteRecords(before: min(logStart, offsets.highWatermark)) }
        return LeaderAppend(endOffset: logEndOffset, latestEpoch: latestLeaderEpoch, hasMoved: moved)
    }
    public func truncationPoint(forDivergingEpoch end: EpochEndOffset) -> (offset: Offset, isFinal: Bool) {
        let known = endOffset(forEpoch: end.leaderEpoch)
        if known.leaderEpoch == .undefined { return (min(end.endOffset, logEndOffset), true) }
        if known.leaderEpoch != end.leaderEpoch { return (min(known.endOffset, logEndOffset), false) }
        return (min(known.endOffset, end.endOffset, logEndOffset), true)
    }
    public func divergence(fetchOffset: Offset, lastFetchedEpoch: LeaderEpoch) throws(LogError) -> EpochEndOffset? {
        let end = endOffset(forEpoch: lastFetchedEpoch)
        let offsets = offsets
        guard end.leaderEpoch != .undefined, fetchOffset >= offsets.start else {
            throw .offsetOutOfRange(requested: fetchOffset, logStartOffset: offsets.start, logEndOffset: offsets.end)
        }
        return end.leaderEpoch < lastFetchedEpoch || end.endOffset < fetchOffset ? end : nil
    }
}

extension LogDirectory {
    public func truncate(_ name: TopicPartition, to offset: Offset, now: Int64) throws(LogDirectoryError) {
        do throws(LogError) { _ = try log(name)?.truncate(to: offset, now: now) } catch { throw .log(name, error) }
    }
    public func restart(_ name: TopicPartition, at offset: Offset, now: Int64) throws(LogDirectoryError) {
        do throws(LogError) { try log(name)?.restart(at: offset, now: now) } catch { throw .log(name, error) }
    }
}
