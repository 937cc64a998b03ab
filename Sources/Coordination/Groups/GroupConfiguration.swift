/// The broker settings that group coordination obeys, by their Kafka names; the defaults are Kafka's but for the initial rebalance delay.
public struct GroupConfiguration: Sendable {
    /// `group.initial.rebalance.delay.ms`: how long an empty group waits for more members before its first rebalance. Kafka: 3000.
    public var initialRebalanceDelayMs: Int64 = 100
    /// `group.min.session.timeout.ms`
    public var minSessionTimeoutMs: Int32 = 6_000
    /// `group.max.session.timeout.ms`
    public var maxSessionTimeoutMs: Int32 = 1_800_000
    /// `group.max.size`
    public var maxGroupSize: Int = .init(Int32.max)
    /// `offset.metadata.max.bytes`
    public var offsetMetadataMaxBytes: Int = 4096
    /// `offsets.retention.minutes`, in milliseconds.
    public var offsetsRetentionMs: Int64 = 10_080 * 60_000
    /// `offsets.retention.check.interval.ms`
    public var offsetsRetentionCheckIntervalMs: Int64 = 600_000
    /// How long a join of a new member may wait. Not configurable in Kafka either: such a member cannot heartbeat yet.
    public var newMemberJoinTimeoutMs: Int64 = 300_000

    /// `group.consumer.session.timeout.ms`, for groups without a value of their own.
    public var consumerSessionTimeoutMs: Int32 = 45_000
    /// `group.consumer.heartbeat.interval.ms`, for groups without a value of their own.
    public var consumerHeartbeatIntervalMs: Int32 = 5_000
    /// `group.consumer.assignment.interval.ms`, for groups without a value of their own: the least time between two target assignments.
    public var consumerAssignmentIntervalMs: Int32 = 1_000
    /// `group.consumer.max.size`
    public var consumerMaxGroupSize: Int = .init(Int32.max)
    /// `group.consumer.assignors`: those that members may ask for; the first is for groups whose members do not ask.
    public var consumerAssignors = ServerAssignor.allCases
    /// `group.consumer.migration.policy`
    public var migrationPolicy = GroupMigrationPolicy.bidirectional

    public init() {}
}

/// Who sent a group request, and in which version.
public struct GroupRequestContext: Sendable {
    public var apiVersion: Int16
    public var clientId: String
    /// Kafka's form of the peer's address: `/127.0.0.1`.
    public var clientHost: String

    public init(apiVersion: Int16, clientId: String = "", clientHost: String = "") {
        self.apiVersion = apiVersion
        self.clientId = clientId
        self.clientHost = clientHost
    }
}
