import Coordination
import KafkaProtocol
import LogStorage
import Vocabulary

/// What a follower does with what its leader has.
extension Partition {
    /// Leads no longer, or never did: what is written comes from the leader.
    func follow(_ role: inout Role, _ before: Role) {
        if role.leaderEpoch != before.leaderEpoch || before.leader == context.nodeId { log.follow(role.leaderEpoch) }
        // Others have it now: what is committed is what it was.
        if before.others == nil { log.setReplicatedEnd(log.offsets.highWatermark) }
        role.others = nil
    }

    /// Does something to the log that only a follower may do, if this broker still follows in this epoch; false when it does not. It does not begin to lead
    /// meanwhile.
    func whileFollowing<Failure: Error>(_ epoch: LeaderEpoch, _ body: () throws(Failure) -> Void) throws(Failure) -> Bool {
        try role.withLock { (role) throws(Failure) in
            guard role.leaderEpoch == epoch, role.leader != context.nodeId else { return false }
            try body()
            return true
        }
    }

    /// Appends what a leader has sent.
    func replicate(
        _ records: Bytes, fetchOffset: Offset, leaderEpoch: LeaderEpoch, highWatermark: Offset, logStart: Offset, now: Int64
    ) throws(AppendError) {
        let info = try log.appendFromLeader(
            records, leaderEpoch: leaderEpoch, highWatermark: highWatermark, logStart: logStart, fetchOffset: fetchOffset, now: now)
        if info.hasMoved { wakeReaders() }
    }
}
