import KafkaProtocol
import Vocabulary

/// A consumer's part in a group, by either protocol. Driven by `advance`; talks through a `ConsumerPort`.
protocol GroupMembership: AnyObject {
    /// The generation (or member epoch) and member id that commits carry; -1 and "" outside the group.
    var generation: (id: Int32, memberId: String) { get }
    /// Whether the member takes part now, so its commits will be taken.
    var isMember: Bool { get }
    /// Whether a rebalance is under way during which nothing should be handed out.
    var holdsRecords: Bool { get }
    var nextDeadline: Int64? { get }

    /// The topics to subscribe to; joins, or rejoins when they changed.
    func subscribe(_ topics: [String])
    func advance(now: Int64)
    /// The application asked for records: it is alive (`max.poll.interval.ms`).
    func polled(now: Int64)
    /// A commit was refused with this code, which says that the member is out of step with its group.
    func commitWasRefused(_ code: ErrorCode)
    /// Why this member is not in its group yet, or no longer; nil while it is, and while it does what it does at the start.
    func obstacle(silentAfterMs: Int64) -> Obstacle?
    /// Leaves the group and calls back when the coordinator knows, or cannot be told.
    func leave(timeoutMs: Int, completion: @escaping () -> Void)
}

/// What a membership decides about: the consumer.
protocol GroupMemberOwner: AnyObject {
    var ownedPartitions: [TopicPartition] { get }
    /// Commits what must not be lost before partitions go, and calls back when that is done or given up.
    func prepareForRebalance(_ done: @escaping () -> Void)
    /// The whole assignment from now on. Partitions that stay keep their positions.
    func take(assignment: [TopicPartition])
    /// Lets go of all partitions but these, before others are assigned.
    func keep(_ partitions: [TopicPartition])
    /// The membership ended for a reason that will not go away.
    func membershipFailed(_ error: ClientError)
}
