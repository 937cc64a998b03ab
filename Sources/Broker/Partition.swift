import Coordination
import KafkaProtocol
import LogStorage
import Synchronization
import Vocabulary

/// A partition of which this broker has a replica: its log, its part in the partition's life, and the requests that wait for it. It alone answers questions
/// about offsets: nobody else may take the log's end for what is replicated. What a leader does with its followers is in `Partition+Leading`, what a follower
/// does in `Partition+Following`.
public final class Partition: Sendable {
    public let topic: String
    public let topicId: Uuid
    public let index: Int32
    public let log: PartitionLog
    let context: ReplicaContext
    let role = Mutex(Role())
    private let waiters = Mutex(Waiting())
    private let upkeepFailures = Mutex<[String: String]>([:])

    /// Who has the partition and who leads it, as the metadata says.
    struct Role: Sendable {
        var leader: Int32 = -1
        var leaderEpoch = LeaderEpoch.undefined
        var partitionEpoch: Int32 = -1
        var replicas: [Int32] = []
        /// What this leader knows of the other replicas; nil where there are none or another leads.
        var others: InSyncReplicas?
    }

    /// What an append must know of it.
    private struct Standing {
        var error: ErrorCode
        var leaderEpoch: LeaderEpoch
        var inSync: Int
        var replicas: Int
    }

    /// Who waits: readers for what is committed, followers for what the leader has, and requests for what others have done.
    fileprivate struct Waiting: Sendable {
        var readers = Waiters()
        var followers = Waiters()
        var replicas = ReplicaWaiters()
    }

    init(topic: String, topicId: Uuid, index: Int32, log: PartitionLog, context: ReplicaContext) {
        self.topic = topic
        self.topicId = topicId
        self.index = index
        self.log = log
        self.context = context
    }

    // MARK: Role

    /// Takes over what the metadata says of the partition. A leader's new epoch begins at the log's end. What is older than the controller's last answer to
    /// this leader changes nothing.
    func take(_ image: PartitionImage, now: Int64) {
        let changed = role.withLock { role in
            guard image.partitionEpoch >= role.partitionEpoch else { return false }
            let before = role
            role.leader = image.leader
            role.leaderEpoch = LeaderEpoch(image.leaderEpoch)
            role.partitionEpoch = image.partitionEpoch
            role.replicas = image.replicas
            if image.leader == context.nodeId { lead(image, &role, before, now: now) } else { follow(&role, before) }
            let hasMoved = advance(role, now: now)
            return hasMoved || role.leaderEpoch != before.leaderEpoch
        }
        guard changed else { return }
        wake(appended: nil)
        settleWaiting()
    }

    /// The log is gone: whoever waits is told that this broker leads no longer.
    func resign() {
        role.withLock { role in
            role.leader = -1
            role.others = nil
        }
        wake(appended: nil)
        settleWaiting()
    }

    public var leaderEpoch: LeaderEpoch { role.withLock { $0.leaderEpoch } }

    public var isLeader: Bool { role.withLock { $0.leader == context.nodeId } }

    /// Who leads, and in which epoch.
    var leadership: (leader: Int32, epoch: LeaderEpoch) { role.withLock { ($0.leader, $0.leaderEpoch) } }

    /// What a request that names the leader epoch it knows of, or -1, must be told (KIP-320).
    func check(_ role: Role, currentLeaderEpoch: LeaderEpoch, needsLeader: Bool = true) -> ErrorCode {
        if currentLeaderEpoch != .undefined, currentLeaderEpoch != role.leaderEpoch {
            return currentLeaderEpoch < role.leaderEpoch ? .fencedLeaderEpoch : .unknownLeaderEpoch
        }
        return role.leader == context.nodeId || !needsLeader ? .none : .notLeaderOrFollower
    }

    // MARK: Offsets

    /// What a replica tells of its offsets, all at one moment.
    struct View: Sendable {
        let leaderEpoch: LeaderEpoch
        let offsets: LogOffsets
        /// Where the log ended when the epoch of this leader began; nil where that is committed, or another leads.
        var uncommittedEpochStart: Offset?

        /// Where a reader must stop.
        func limit(readsCommitted: Bool) -> Offset { readsCommitted ? offsets.lastStable : offsets.highWatermark }
    }

    /// The view of this replica, or why there is none for who asks.
    /// - Parameters:
    ///   - currentLeaderEpoch: the one that the client knows of, or -1
    ///   - needsLeader: whether only a leader may answer
    func view(currentLeaderEpoch: LeaderEpoch = .undefined, needsLeader: Bool = true) -> Result<View, ErrorCode> {
        role.withLock { role in
            let error = check(role, currentLeaderEpoch: currentLeaderEpoch, needsLeader: needsLeader)
            guard error == .none else { return .failure(error) }
            var view = View(leaderEpoch: role.leaderEpoch, offsets: log.offsets)
            if let start = role.others?.epochStart, start > view.offsets.highWatermark { view.uncommittedEpochStart = start }
            return .success(view)
        }
    }

    /// Where a leader epoch's records end (KIP-101): of the one in force, at the log's end.
    func endOffset(forEpoch epoch: LeaderEpoch, currentLeaderEpoch: LeaderEpoch) -> Result<EpochEndOffset, ErrorCode> {
        view(currentLeaderEpoch: currentLeaderEpoch).map { view in
            // An epoch in which nothing was written yet has no end in the log.
            epoch == view.leaderEpoch ? EpochEndOffset(leaderEpoch: epoch, endOffset: view.offsets.end) : log.endOffset(forEpoch: epoch)
        }
    }

    // MARK: Writing

    /// Appends, if this broker leads, and wakes the fetches that wait for this partition.
    /// - Parameter requiresInSync: the producer asked for an acknowledgement of all replicas in sync, so there must be as many as `min.insync.replicas`
    ///   says, or all that the partition has (KIP-966).
    func append(
        _ batches: Bytes, now: Int64, origin: AppendOrigin, requiresInSync: Bool = false, transaction: TransactionTerms = .unchecked
    ) throws(AppendError) -> AppendInfo {
        let standing = role.withLock {
            Standing(
                error: check($0, currentLeaderEpoch: .undefined), leaderEpoch: $0.leaderEpoch, inSync: $0.others?.inSync.count ?? $0.replicas.count,
                replicas: $0.replicas.count)
        }
        guard standing.error == .none else { throw AppendError(standing.error, "this broker does not lead \(log.name)") }
        if requiresInSync, standing.inSync < standing.replicas {
            let required = min(log.config.minInsyncReplicas, standing.replicas)
            guard standing.inSync >= required else {
                throw AppendError(.notEnoughReplicas, "\(log.name) has \(standing.inSync) replicas in sync of the \(required) that it needs")
            }
        }
        let info = try log.append(batches, leaderEpoch: standing.leaderEpoch, now: now, origin: origin, transaction: transaction)
        guard !info.isDuplicate else { return info }
        if standing.replicas == 1 { wake(appended: batches.count) } else { appended(batches.count, now: now) }
        return info
    }

    /// Moves the log's start to an offset, or with -1 to the high watermark, beyond which it cannot go; returns the start.
    func deleteRecords(before offset: Offset) throws(LogError) -> Offset {
        let offsets = log.offsets
        let target = offset == .undefined ? offsets.highWatermark : offset
        guard target >= .zero, target <= offsets.highWatermark else {
            throw .offsetOutOfRange(requested: target, logStartOffset: offsets.start, logEndOffset: offsets.highWatermark)
        }
        let start = try log.deleteRecords(before: target)
        wake(appended: nil)
        return start
    }

    func sync() -> ErrorCode {
        do {
            _ = try log.sync()
            return .none
        } catch {
            return .kafkaStorageError
        }
    }

    /// Notes how a kind of upkeep went; true when that is news.
    func noteUpkeep(_ work: String, failure: String?) -> Bool {
        upkeepFailures.withLock { failures in
            if failure == nil && failures.isEmpty { return false }
            defer { failures[work] = failure }
            return failures[work] != failure
        }
    }

    // MARK: Waiting

    func wait(_ fetch: DelayedFetch) { waiters.withLock { $0.add(fetch) } }

    /// How many fetches wait.
    var waitingFetches: Int { waiters.withLock { $0.readers.fetches.count + $0.followers.fetches.count } }

    func stopWaiting(_ fetch: DelayedFetch) { waiters.withLock { $0.remove(fetch) } }

    /// Tells waiting fetches that bytes may be read now, or (with `appended` nil) that the partition has changed and they must look again.
    func wake(appended: Int?) {
        let (readers, followers) = waiters.withLock { ($0.readers.fetches, $0.followers.fetches) }
        DelayedFetch.partitionChanged(readers, appended: appended)
        DelayedFetch.partitionChanged(followers, appended: appended)
    }

    /// The same for followers alone, who read what is not committed yet.
    func wakeFollowers(appended: Int) {
        DelayedFetch.partitionChanged(waiters.withLock { $0.followers.fetches }.filter { !$0.isHeldUp(self) }, appended: appended)
    }

    /// The same for those who read what is committed.
    func wakeReaders() {
        DelayedFetch.partitionChanged(waiters.withLock { $0.readers.fetches }, appended: nil)
    }

    /// Calls `then` once, from any thread, when the replicas have done what is waited for, this broker leads no longer, or the time is over
    /// (REQUEST_TIMED_OUT).
    /// - Parameter deadline: ms; nil to wait for as long as this broker leads
    func wait(for event: ReplicaEvent, deadline: Int64? = nil, then: @escaping @Sendable (ErrorCode) -> Void) {
        waiters.withLock { $0.replicas.add(event, deadline: deadline, then) }
        settleWaiting()
    }

    /// Tells those whose time is over.
    func expireWaiting(now: Int64) {
        for then in waiters.withLock({ $0.replicas.expired(now: now) }) { then(.requestTimedOut) }
    }

    /// Tells those who wait for the replicas what they can be told now.
    func settleWaiting() {
        // Most partitions have nobody waiting most of the time.
        guard waiters.withLock({ !$0.replicas.isEmpty }) else { return }
        let state = replicaState()
        for (then, error) in waiters.withLock({ $0.replicas.settle(state) }) { then(error) }
    }
}

extension Partition.Waiting {
    fileprivate mutating func add(_ fetch: DelayedFetch) { if fetch.isOfFollower { followers.add(fetch) } else { readers.add(fetch) } }

    fileprivate mutating func remove(_ fetch: DelayedFetch) { if fetch.isOfFollower { followers.remove(fetch) } else { readers.remove(fetch) } }
}

/// The fetches that wait for a partition. Adding and removing costs the same however many there are; their order follows from what was done.
struct Waiters: Sendable {
    private(set) var fetches: [DelayedFetch] = []
    private var places: [ObjectIdentifier: Int] = [:]

    mutating func add(_ fetch: DelayedFetch) {
        guard places[ObjectIdentifier(fetch)] == nil else { return }
        places[ObjectIdentifier(fetch)] = fetches.count
        fetches.append(fetch)
    }

    mutating func remove(_ fetch: DelayedFetch) {
        guard let place = places.removeValue(forKey: ObjectIdentifier(fetch)) else { return }
        let last = fetches.removeLast()
        guard last !== fetch else { return }
        fetches[place] = last
        places[ObjectIdentifier(last)] = place
    }
}
