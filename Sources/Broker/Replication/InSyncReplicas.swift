import LogStorage
import Vocabulary

/// What the leader of a partition with several replicas knows of the others: how far each has fetched, which are in sync, and which change of that it is asking
/// the controller for (KIP-497, KIP-841, KIP-966). It decides, and neither asks nor waits.
struct InSyncReplicas: Sendable {
    /// A replica in sync, with the epoch under which its broker was registered when it last fetched; -1 when that is not known.
    struct Member: Sendable, Equatable {
        var id: Int32
        var brokerEpoch: Int64
    }

    /// A change of the replicas in sync, as it is asked for.
    struct Change: Sendable, Equatable {
        var inSync: [Member]
        var leaderEpoch: LeaderEpoch
        var partitionEpoch: Int32
        /// The replica that comes in; nil where some go.
        var joining: Int32?
    }

    /// What became of a change.
    enum Answer: Sendable, Equatable {
        case changed(inSync: [Int32], leaderEpoch: LeaderEpoch, partitionEpoch: Int32)
        /// It was certainly not made: what was in force before is.
        case refused
        /// What is in force now is for the metadata to say.
        case outdated
    }

    /// Whether a replica may be in sync: its broker is alive and is the one that fetched.
    typealias Eligibility = (_ id: Int32, _ brokerEpoch: Int64?) -> Bool

    /// One of the others.
    private struct Follower: Sendable {
        /// Where its log ends and begins, as its last fetch said.
        var end = Offset.undefined
        var start = Offset.undefined
        /// When it last had everything that the leader had (ms).
        var caughtUpAt: Int64
        /// Its last fetch (ms), and where the leader's log ended then: it has caught up to that moment once it fetches from there.
        var fetchedAt: Int64 = 0
        var leaderEndThen = Offset.undefined
        var brokerEpoch: Int64?

        func isCaughtUp(_ leaderEnd: Offset, now: Int64, maxLagMs: Int64) -> Bool { end == leaderEnd || now - caughtUpAt <= maxLagMs }
    }

    let nodeId: Int32
    private(set) var replicas: [Int32]
    private(set) var inSync: [Int32]
    private(set) var leaderEpoch: LeaderEpoch
    private(set) var partitionEpoch: Int32
    /// Where the log ended when this epoch began.
    private(set) var epochStart: Offset
    /// What is being asked for.
    private(set) var pending: Change?
    private var followers: [Int32: Follower]

    /// A leader's first view.
    init(nodeId: Int32, replicas: [Int32], inSync: [Int32], leaderEpoch: LeaderEpoch, partitionEpoch: Int32, epochStart: Offset, now: Int64) {
        self.nodeId = nodeId
        self.replicas = replicas
        self.inSync = inSync
        self.leaderEpoch = leaderEpoch
        self.partitionEpoch = partitionEpoch
        self.epochStart = epochStart
        followers = Self.begun(replicas, nodeId, inSync, [:], now)
    }

    /// Whoever is in sync has until the longest lag to show itself.
    private static func begun(_ replicas: [Int32], _ nodeId: Int32, _ inSync: [Int32], _ known: [Int32: Follower], _ now: Int64) -> [Int32: Follower] {
        var followers: [Int32: Follower] = [:]
        for id in replicas where id != nodeId { followers[id] = known[id] ?? Follower(caughtUpAt: inSync.contains(id) ? now : 0) }
        return followers
    }

    // MARK: Metadata

    /// Takes over what the metadata says of a partition that this node goes on to lead. What was asked for is settled by it, but for what was asked for since.
    mutating func take(replicas: [Int32], inSync: [Int32], partitionEpoch: Int32, now: Int64) {
        // What an answer of the controller has told already says nothing of the change after it: who was asked for then must go on to count.
        guard partitionEpoch > self.partitionEpoch || partitionEpoch == self.partitionEpoch && pending == nil else { return }
        self.replicas = replicas
        self.inSync = inSync
        self.partitionEpoch = partitionEpoch
        pending = nil
        followers = Self.begun(replicas, nodeId, inSync, followers, now)
    }

    /// The same leader in a new epoch. Where there was another between, of which this node has not heard in time, others may have led and followers have cut
    /// their logs: what they had before says nothing then.
    mutating func begin(_ epoch: LeaderEpoch, at start: Offset, now: Int64) {
        if epoch.value > leaderEpoch.value + 1 { for id in followers.keys { followers[id]?.end = .undefined } }
        leaderEpoch = epoch
        epochStart = start
        for id in followers.keys {
            followers[id]?.caughtUpAt = inSync.contains(id) ? now : 0
            followers[id]?.leaderEndThen = start
            followers[id]?.fetchedAt = inSync.contains(id) ? now : 0
        }
    }

    // MARK: Followers

    /// Notes a follower's fetch; false when it is none of the replicas.
    /// - Parameters:
    ///   - leaderEnd: the log's end before the fetch was read
    ///   - brokerEpoch: -1 when the follower does not say
    mutating func fetched(by id: Int32, from end: Offset, start: Offset, leaderEnd: Offset, brokerEpoch: Int64, now: Int64) -> Bool {
        guard var follower = followers[id] else { return false }
        if end >= leaderEnd {
            follower.caughtUpAt = max(follower.caughtUpAt, now)
        } else if end >= follower.leaderEndThen {
            follower.caughtUpAt = max(follower.caughtUpAt, follower.fetchedAt)
        }
        follower.end = end
        follower.start = start
        follower.fetchedAt = now
        follower.leaderEndThen = leaderEnd
        follower.brokerEpoch = brokerEpoch
        followers[id] = follower
        return true
    }

    /// Up to where all have the records that must: those in sync or about to be, and those that keep up and may come in, which would fall behind for ever
    /// if nobody waited for them. Nil while fewer are in sync than there must be.
    func highWatermark(end: Offset, required: Int, maxLagMs: Int64, now: Int64, isEligible: Eligibility) -> Offset? {
        guard inSync.count >= min(required, replicas.count) else { return nil }
        var mark = end
        for (id, follower) in followers where follower.end < mark {
            if counts(id) || follower.isCaughtUp(end, now: now, maxLagMs: maxLagMs) && isEligible(id, follower.brokerEpoch) { mark = follower.end }
        }
        return mark
    }

    /// The smallest start of a log among this one's, those of brokers that are alive, and those in sync or about to be, of whom the controller may know better
    /// that they are.
    func lowWatermark(start: Offset, isAlive: (Int32) -> Bool) -> Offset {
        followers.reduce(start) { low, row in counts(row.key) || isAlive(row.key) ? min(low, row.value.start) : low }
    }

    /// In sync, or asked for to be.
    private func counts(_ id: Int32) -> Bool { inSync.contains(id) || pending?.joining == id }

    /// Followers that hold an offset for sure, for a reader that would rather read there.
    func holders(of offset: Offset) -> [(id: Int32, end: Offset, caughtUpAt: Int64)] {
        followers.compactMap { id, follower in
            inSync.contains(id) && follower.end >= offset && follower.start <= offset ? (id, follower.end, follower.caughtUpAt) : nil
        }
    }

    // MARK: Changes

    /// What to ask for now that a follower has fetched: it comes in once it has all that is committed, and the start of this epoch, and nothing that was
    /// deleted, of which it may not have heard as long as it was away.
    /// - Parameter start: of this log
    mutating func expand(_ id: Int32, start: Offset, highWatermark: Offset, brokerEpoch: Int64, isEligible: Eligibility) -> Change? {
        guard pending == nil, !inSync.contains(id), let follower = followers[id], follower.end >= max(highWatermark, epochStart) else { return nil }
        guard follower.start >= start else { return nil }
        guard isEligible(id, follower.brokerEpoch) else { return nil }
        return propose(inSync + [id], joining: id, brokerEpoch)
    }

    /// What to ask for when a moment has passed: who has not caught up for longer than the longest lag goes.
    mutating func shrink(end: Offset, maxLagMs: Int64, brokerEpoch: Int64, now: Int64) -> Change? {
        guard pending == nil else { return nil }
        let kept = inSync.filter { id in id == nodeId || followers[id]?.isCaughtUp(end, now: now, maxLagMs: maxLagMs) ?? false }
        return kept.count == inSync.count ? nil : propose(kept, joining: nil, brokerEpoch)
    }

    private mutating func propose(_ ids: [Int32], joining: Int32?, _ brokerEpoch: Int64) -> Change {
        let members = ids.map { Member(id: $0, brokerEpoch: $0 == nodeId ? brokerEpoch : followers[$0]?.brokerEpoch ?? -1) }
        let change = Change(inSync: members, leaderEpoch: leaderEpoch, partitionEpoch: partitionEpoch, joining: joining)
        pending = change
        return change
    }

    /// Takes the answer to a change; false when that is not what is waited for any more.
    @discardableResult
    mutating func take(_ answer: Answer, to change: Change) -> Bool {
        guard pending == change else { return false }
        switch answer {
        case .refused: pending = nil
        // Until the metadata has said what is so, nothing is asked and nobody who may be in sync is left out.
        case .outdated: break
        case .changed(let inSync, let leaderEpoch, let partitionEpoch):
            guard leaderEpoch == self.leaderEpoch, partitionEpoch >= self.partitionEpoch else { return false }
            pending = nil
            self.inSync = inSync
            self.partitionEpoch = partitionEpoch
        }
        return true
    }
}
