import KafkaProtocol

/// Partitions by topic id; a topic with no partitions has no entry.
typealias AssignedPartitions = [Uuid: Set<Int32>]

/// What a server-side assignor knows of a member.
struct AssignorMember: Sendable {
    var instanceId: String?
    var rackId: String?
    /// Ids of the existing topics that the member subscribes to, by name or regular expression.
    var topics: Set<Uuid>
    /// What the last target assignment gave it.
    var assigned: AssignedPartitions
}

/// The assignors of `group.consumer.assignors` (KIP-848). Like Kafka's, neither looks at racks.
public enum ServerAssignor: String, CaseIterable, Sendable {
    case uniform, range

    /// A new target assignment: every member has an entry (perhaps empty). `partitions` has the partition count of every topic that any member
    /// subscribes to.
    ///
    /// The answer depends on nothing but the arguments. Topics without a count, and anything in `assigned` that its member may no longer have,
    /// are ignored.
    func assign(members: [String: AssignorMember], partitions: [Uuid: Int32]) -> [String: AssignedPartitions] {
        switch self {
        case .uniform:
            var assignment = UniformAssignment(members: members, partitions: partitions)
            assignment.balance()
            return assignment.result
        case .range: return RangeAssignment.assign(members: members, partitions: partitions)
        }
    }
}
