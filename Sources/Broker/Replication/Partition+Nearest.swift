import Coordination
import LogStorage
import Vocabulary

/// Which replica a consumer had better read from (KIP-392).
extension Partition {
    /// A follower in the reader's rack that is in sync and has what the reader asks for, the one that has most; nil where the leader is as near, or there is
    /// none. As Kafka's `RackAwareReplicaSelector` chooses.
    func nearerReplica(toRack rack: String, from offset: Offset) -> Int32? {
        guard context.prefersNearest, !rack.isEmpty, context.broker(context.nodeId)?.rack != rack else { return nil }
        let holders = role.withLock { $0.others?.holders(of: offset) } ?? []
        let near = holders.filter { holder in context.broker(holder.id).map { !$0.isFenced && $0.rack == rack } ?? false }
        return near.max { ($0.end, $0.caughtUpAt, -$0.id) < ($1.end, $1.caughtUpAt, -$1.id) }?.id
    }
}
