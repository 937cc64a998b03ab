import KafkaProtocol
import Vocabulary

/// What a log is among the replicas of its partition: who may append to it, and in which leader epoch (KIP-101).
enum LogRole: Equatable, Sendable {
    /// Nobody has said, as of the metadata log: whoever is not of an earlier epoch than the log's last may append.
    case untold
    case leads(LeaderEpoch)
    case follows(LeaderEpoch)
}

extension PartitionLog {
    /// This broker leads from now on, in an epoch that begins at the log's end. Clients and coordinators append in this epoch alone, others are told
    /// NOT_LEADER_OR_FOLLOWER; what comes from a leader is refused.
    public func lead(_ epoch: LeaderEpoch) {
        state.withLock { log in
            log.role = .leads(epoch)
            if log.epochs.assign(epoch, startOffset: log.nextOffset) { log.areEpochsUnwritten = true }
        }
    }

    /// This broker follows from now on: only what its leader sends in this epoch is appended. The high watermark stays where it is until the leader tells of
    /// another.
    public func follow(_ epoch: LeaderEpoch) {
        state.withLock { log in
            log.role = .follows(epoch)
            if log.replicatedEnd == nil { log.replicatedEnd = log.highWatermark }
        }
    }

    /// Moves the high watermark forward as far as the log goes; true when it moved. Does nothing where no other replica must have the records.
    public func raiseReplicatedEnd(to offset: Offset) -> Bool { state.withLock { $0.raiseReplicatedEnd(to: offset) } }

    /// The high watermark that `replication-offset-checkpoint` told of when the log was opened, within what the log has of it now: where a partition with
    /// other replicas begins. 0 (or the log's start) when there was none.
    public var checkpointedHighWatermark: Offset {
        state.withLock { log in max(log.logStartOffset, min(log.checkpointedEnd, log.nextOffset)) }
    }

    /// The start that `log-start-offset-checkpoint` tells of: what lies below is deleted for good. Never behind `logStartOffset`.
    public var checkpointedStart: Offset { state.withLock { min($0.checkpointedStart, $0.logStartOffset) } }

    /// False once the log was closed, or its disk failed: it refuses everything then until it is opened again.
    public var isUsable: Bool { state.withLock { $0.failure == nil } }
}

extension LogState {
    /// Refuses whoever may not append.
    func checkRole(_ origin: AppendOrigin, _ leaderEpoch: LeaderEpoch) throws(AppendError) {
        let isReplicated = origin == .replication
        switch role {
        case .leads(let epoch) where isReplicated:
            throw AppendError(.notLeaderOrFollower, "\(name) is led here, in epoch \(epoch), and takes nothing from another leader")
        case .follows(let epoch) where !isReplicated:
            throw AppendError(.notLeaderOrFollower, "\(name) follows a leader of epoch \(epoch)")
        case .follows(let epoch) where epoch != leaderEpoch:
            throw AppendError(.fencedLeaderEpoch, "\(name) follows a leader of epoch \(epoch), not \(leaderEpoch)")
        case .leads(let epoch) where epoch != leaderEpoch:
            throw AppendError(.notLeaderOrFollower, "\(name) is led in epoch \(epoch), not \(leaderEpoch)")
        default: break
        }
        // Whoever asked has been a leader of an earlier epoch, or goes on believing so.
        guard isReplicated || leaderEpoch >= epochs.latest else {
            throw AppendError(.notLeaderOrFollower, "\(name) has a leader of epoch \(epochs.latest)")
        }
    }

    mutating func raiseReplicatedEnd(to offset: Offset) -> Bool {
        let before = highWatermark
        guard replicatedEnd != nil, offset > before else { return false }
        replicatedEnd = min(offset, nextOffset)
        return highWatermark > before
    }
}
