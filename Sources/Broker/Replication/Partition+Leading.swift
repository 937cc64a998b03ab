import Coordination
import KafkaProtocol
import LogStorage
import Vocabulary

/// What a leader does with the other replicas.
extension Partition {
    // MARK: Role

    /// Begins to lead, or goes on in the same epoch or a new one.
    func lead(_ image: PartitionImage, _ role: inout Role, _ before: Role, now: Int64) {
        let isNew = role.leaderEpoch != before.leaderEpoch || before.leader != context.nodeId
        if isNew { log.lead(role.leaderEpoch) }
        guard image.replicas != [context.nodeId] else {
            role.others = nil
            return log.setReplicatedEnd(nil)
        }
        // What a sole replica has is committed, and what was committed stays so.
        if before.others == nil { log.setReplicatedEnd(log.offsets.highWatermark) }
        guard var others = before.others, before.leader == context.nodeId else {
            role.others = InSyncReplicas(
                nodeId: context.nodeId, replicas: image.replicas, inSync: image.isr, leaderEpoch: role.leaderEpoch, partitionEpoch: image.partitionEpoch,
                epochStart: log.logEndOffset, now: now)
            return
        }
        others.take(replicas: image.replicas, inSync: image.isr, partitionEpoch: image.partitionEpoch, now: now)
        if isNew { others.begin(role.leaderEpoch, at: log.logEndOffset, now: now) }
        role.others = others
    }

    /// Moves the high watermark as far as the replicas allow; true when it moved.
    func advance(_ role: Role, now: Int64) -> Bool {
        guard let others = role.others else { return false }
        let mark = others.highWatermark(
            end: log.logEndOffset, required: log.config.minInsyncReplicas, maxLagMs: context.maxLagMs, now: now, isEligible: context.isEligible)
        return mark.map { log.raiseReplicatedEnd(to: $0) } ?? false
    }

    /// Records were appended that others must have.
    func appended(_ bytes: Int, now: Int64) {
        wakeFollowers(appended: bytes)
        // Where nobody else is in sync, all of it is committed.
        guard role.withLock({ advance($0, now: now) }) else { return }
        wakeReaders()
        settleWaiting()
    }

    /// Whether other replicas must have what is appended here; also where this broker leads no longer, as it may since it appended.
    var hasOthers: Bool { role.withLock { $0.others != nil || $0.leader != context.nodeId } }

    // MARK: Followers

    /// What a follower asks of a leader with a fetch.
    struct FollowerFetch: Sendable {
        var replica: Int32
        /// -1 when it does not say.
        var brokerEpoch: Int64
        var offset: Offset
        var start: Offset
        var currentLeaderEpoch: LeaderEpoch
    }

    /// Notes a follower's fetch of a leader whose view was taken before, and moves the high watermark and the replicas in sync by it.
    /// - Parameter leaderEnd: as in that view
    func noteFetch(_ fetch: FollowerFetch, leaderEnd: Offset, now: Int64) -> ErrorCode {
        // A broker that was started again fences what it asked for before (KIP-903).
        if fetch.brokerEpoch >= 0, let broker = context.broker(fetch.replica), broker.epoch > fetch.brokerEpoch { return .notLeaderOrFollower }
        var change: InSyncReplicas.Change?
        let (error, hasMoved) = role.withLock { role -> (ErrorCode, Bool) in
            let isFollower = role.others?.fetched(
                by: fetch.replica, from: fetch.offset, start: fetch.start, leaderEnd: leaderEnd, brokerEpoch: fetch.brokerEpoch, now: now)
            guard isFollower == true else {
                // A replica that is not known yet, or not any more: in the epoch that it knows of it is for the metadata to come.
                return (fetch.currentLeaderEpoch == .undefined ? .notLeaderOrFollower : .unknownLeaderEpoch, false)
            }
            let offsets = log.offsets
            change = role.others?.expand(
                fetch.replica, start: offsets.start, highWatermark: offsets.highWatermark, brokerEpoch: context.brokerEpoch, isEligible: context.isEligible)
            return (.none, advance(role, now: now))
        }
        if let change { context.propose(change, of: self) }
        if hasMoved { wakeReaders() }
        settleWaiting()
        return error
    }

    /// Whether a follower must wait for the rate to which this partition is slowed down: one that is in sync does not.
    func holdsUp(_ follower: Int32) -> Bool {
        guard context.leaderThrottle.holdsUp(topic, index) else { return false }
        return role.withLock { role in role.others.map { !$0.inSync.contains(follower) } ?? false }
    }

    /// Counts what followers are sent.
    func countReplicated(_ bytes: Int) { context.leaderThrottle.note(bytes, of: topic, index) }

    /// Takes those out of the replicas in sync that have not kept up.
    func shrinkInSync(now: Int64) {
        let change = role.withLock { role in
            role.others?.shrink(end: log.logEndOffset, maxLagMs: context.maxLagMs, brokerEpoch: context.brokerEpoch, now: now)
        }
        if let change { context.propose(change, of: self) }
    }

    /// Whether a change is still what this leader waits for.
    func isPending(_ change: InSyncReplicas.Change) -> Bool { role.withLock { $0.others?.pending == change } }

    /// Takes the controller's answer to a change.
    func take(_ answer: InSyncReplicas.Answer, to change: InSyncReplicas.Change, now: Int64) {
        let hasMoved = role.withLock { role in
            guard role.others?.take(answer, to: change) == true else { return false }
            if case .changed(_, _, let epoch) = answer { role.partitionEpoch = max(role.partitionEpoch, epoch) }
            return advance(role, now: now)
        }
        if hasMoved { wakeReaders() }
        settleWaiting()
    }

    /// Where the replicas stand.
    func replicaState() -> ReplicaState {
        role.withLock { role in
            let offsets = log.offsets
            guard role.leader == context.nodeId else {
                return ReplicaState(error: .notLeaderOrFollower, highWatermark: offsets.highWatermark, lowWatermark: offsets.start, isShort: false)
            }
            let low = role.others?.lowWatermark(start: offsets.start, isAlive: context.isAlive) ?? offsets.start
            let inSync = role.others?.inSync.count ?? role.replicas.count
            return ReplicaState(
                highWatermark: offsets.highWatermark, lowWatermark: low, isShort: inSync < min(log.config.minInsyncReplicas, role.replicas.count))
        }
    }
}
