import KafkaProtocol
import Vocabulary

/// What a consumer knows of one partition that it reads.
final class PartitionState {
    /// What stands between the partition and fetching.
    enum Need: Equatable {
        case nothing
        /// The group's committed offset.
        case committedOffset
        /// An offset, which the reset policy refuses to make up.
        case undefined
        /// An offset by time: the reset policy's, or a seek to beginning or end.
        case offset(timestamp: Int64)
        /// Whether the log still holds what was consumed, now that it has another leader (KIP-320).
        case validation
    }

    let partition: TopicPartition
    var need: Need
    /// True while a request that will settle `need` is under way.
    var isAsking = false
    /// Nothing is asked or fetched for it before this time.
    var retryAt: Int64 = 0
    var isPaused = false
    /// The passing error that it was last answered with; nil since the last answer without one.
    var trouble: ErrorCode?

    /// The offset of the next record to hand out; nil before it is known.
    var position: Int64?
    /// The leader epoch of the last record handed out; -1 when unknown.
    var positionEpoch: Int32 = -1
    /// The offset to fetch next: ahead of `position` by what is buffered.
    var fetchOffset: Int64 = 0
    var fetchEpoch: Int32 = -1
    var bufferedBytes = 0
    /// Grows when the position is set anew, so that what was fetched before is recognised as stale.
    var stamp = 0
    /// The leader epoch under which the position was last known to be good.
    var leaderEpoch: Int32 = -1

    var highWatermark: Int64 = -1
    var lastStableOffset: Int64 = -1
    var logStartOffset: Int64 = -1
    /// A follower to read from instead of the leader (KIP-392), until the given time.
    var preferredReplica: (node: Int32, until: Int64)?

    /// What was last committed for it, so that an unchanged position is not committed again.
    var committedPosition: Int64?

    init(_ partition: TopicPartition, need: Need) {
        self.partition = partition
        self.need = need
    }

    /// Sets the position, forgetting what was buffered.
    func seek(to offset: Int64, epoch: Int32 = -1) {
        position = offset
        positionEpoch = epoch
        fetchOffset = offset
        fetchEpoch = epoch
        bufferedBytes = 0
        stamp += 1
        need = .nothing
        trouble = nil
        isAsking = false
        retryAt = 0
    }

    /// Asks for the position anew.
    func reset(_ need: Need) {
        position = nil
        bufferedBytes = 0
        stamp += 1
        self.need = need
        isAsking = false
        retryAt = 0
    }
}
