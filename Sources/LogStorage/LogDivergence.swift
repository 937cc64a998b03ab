import KafkaProtocol
import Vocabulary

extension PartitionLog {
    /// To which offset a follower's log must be cut, given how far its leader has records of an epoch (KIP-279, KIP-595; Kafka's `getOffsetTruncationState`).
    /// - Parameter leader: the largest epoch that the leader has up to the one that was asked about, and where its records end; -1 for what it does not know
    /// - Returns: `isFinal` is false when this log does not know the leader's epoch: once it was cut, the leader must be asked again about the epoch there
    public func truncationPoint(forDivergingEpoch leader: EpochEndOffset) -> (offset: Offset, isFinal: Bool) {
        state.withLock { log in
            // Without an answer of use nothing but the high watermark is known to be everybody's.
            guard leader.endOffset >= .zero else { return (log.highWatermark, true) }
            let end = min(leader.endOffset, log.nextOffset)
            guard leader.leaderEpoch >= .zero else { return (end, true) }
            let own = log.epochs.endOffset(for: leader.leaderEpoch, logEndOffset: log.nextOffset)
            guard own.endOffset >= .zero else { return (end, true) }
            guard own.leaderEpoch == leader.leaderEpoch else { return (min(own.endOffset, log.nextOffset), false) }
            return (min(own.endOffset, end), true)
        }
    }

    /// What a leader must tell one who fetches with the epoch of its last record, before it gets any more (KIP-595, Fetch from version 12 on): where the
    /// leader's records of that epoch, or of the largest before it, end; nil when the log goes on from what was fetched.
    /// - Parameter lastFetchedEpoch: -1 for one that does not say
    /// - Throws: OFFSET_OUT_OF_RANGE when the epoch tells nothing here, or the offset lies before the log's start
    public func divergence(fetchOffset: Offset, lastFetchedEpoch: LeaderEpoch) throws(LogError) -> EpochEndOffset? {
        guard lastFetchedEpoch >= .zero else { return nil }
        return try state.withLock { (log) throws(LogError) in
            let end = log.epochs.endOffset(for: lastFetchedEpoch, logEndOffset: log.nextOffset)
            guard end != .unknown, fetchOffset >= log.logStartOffset else {
                throw .offsetOutOfRange(requested: fetchOffset, logStartOffset: log.logStartOffset, logEndOffset: log.nextOffset)
            }
            return end.leaderEpoch < lastFetchedEpoch || end.endOffset < fetchOffset ? end : nil
        }
    }
}
