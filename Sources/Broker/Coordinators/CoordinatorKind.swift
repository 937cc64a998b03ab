import Coordination
import KafkaProtocol

/// What is particular to one kind of coordinator: groups, transactions, share state.
struct CoordinatorKind<Shard: CoordinatorShard>: Sendable {
    /// The internal topic whose partitions are the shards' logs.
    let topic: String
    /// An empty shard, before its log is folded into it.
    let make: @Sendable (ConfigView) -> Shard
    /// Shows a shard the cluster as it is now.
    let show: @Sendable (inout Shard, ConfigView) -> Void
    /// The reply that everything asked has failed.
    let failed: @Sendable (ErrorCode) -> Shard.Reply
    /// Carries out what a shard announces, once the records that it rests on are durable. The runner is the shard's, which may not be served yet.
    var announce: @Sendable (ShardRunner<Shard>, Shard.Reply) -> Void
}
