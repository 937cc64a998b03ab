import Vocabulary

/// What a rebalance did to a member's partitions. Partitions that stay are in neither list.
public enum AssignmentChange: Equatable, Sendable {
    /// Sorted. They are no longer read, or will not be at once; also at the end, before the member leaves its group.
    case revoked([TopicPartition])
    /// Sorted; empty when the group had nothing new for the member.
    case assigned([TopicPartition])
}
