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
    private let agenda: PartitionAgenda
    var isOnAgenda = false
    /// When the agenda will look at it again; nil when it waits for nothing.
    var dueAt: Int64?

    var need: Need { didSet { agenda.add(self) } }
    /// True while a request that will settle `need` is under way.
    var isAsking = false { didSet { agenda.add(self) } }
    /// Nothing is asked or fetched for it before this time.
    var retryAt: Int64 = 0 { didSet { agenda.add(self) } }
    var isPaused = false { didSet { agenda.add(self) } }
    /// The passing error that it was last answered with; nil since the last answer without one.
    var trouble: ErrorCode?

    /// The offset of the next record to hand out; nil before it is known.
    var position: Int64?
    /// The leader epoch of the last record handed out; -1 when unknown.
    var positionEpoch: Int32 = -1
    /// The offset to fetch next: ahead of `position` by what is buffered.
    var fetchOffset: Int64 = 0 { didSet { agenda.add(self) } }
    var fetchEpoch: Int32 = -1
    var bufferedBytes = 0 {
        didSet {
            agenda.bufferedBytes += bufferedBytes - oldValue
            agenda.add(self)
        }
    }
    /// Another one when the position is set anew, so that what was fetched before is recognised as stale.
    private(set) var stamp: Int
    /// What came up to be handed out while it was paused.
    private(set) var held: [ReadyRecords.Entry] = []
    /// The leader epoch under which the position was last known to be good.
    var leaderEpoch: Int32 = -1

    /// The broker in whose session it is.
    var node: Int32?
    /// More of it lies here than the next fetch should add to.
    var isFull = false
    /// Whose turn it is: fetch requests name partitions in this order.
    var turn: UInt64 = 0

    var highWatermark: Int64 = -1
    var lastStableOffset: Int64 = -1
    var logStartOffset: Int64 = -1
    /// A follower to read from instead of the leader (KIP-392), until the given time.
    var preferredReplica: (node: Int32, until: Int64)? { didSet { agenda.add(self) } }

    /// What was last committed for it, so that an unchanged position is not committed again.
    var committedPosition: Int64?

    init(_ partition: TopicPartition, need: Need, agenda: PartitionAgenda) {
        self.partition = partition
        self.need = need
        self.agenda = agenda
        stamp = agenda.nextStamp()
        agenda.add(self)
    }

    func hold(_ entry: ReadyRecords.Entry) { held.append(entry) }

    /// Ends a pause; what came up meanwhile is the caller's.
    func resume() -> [ReadyRecords.Entry] {
        isPaused = false
        defer { held = [] }
        return held
    }

    private func forgetFetched() {
        bufferedBytes = 0
        held = []
        stamp = agenda.nextStamp()
    }

    /// Sets the position, forgetting what was buffered.
    func seek(to offset: Int64, epoch: Int32 = -1) {
        position = offset
        positionEpoch = epoch
        fetchOffset = offset
        fetchEpoch = epoch
        forgetFetched()
        need = .nothing
        trouble = nil
        isAsking = false
        retryAt = 0
    }

    /// Asks for the position anew.
    func reset(_ need: Need) {
        position = nil
        forgetFetched()
        self.need = need
        isAsking = false
        retryAt = 0
    }
}
