import Coordination
import KafkaProtocol
import LogStorage
import Synchronization
import Vocabulary

/// A partition of which this broker has a replica: its log, its part in the partition's life, and the fetches that wait for it to grow. It alone answers
/// questions about offsets: nobody else may take the log's end for what is replicated.
public final class Partition: Sendable {
    public let topic: String
    public let topicId: Uuid
    public let index: Int32
    public let log: PartitionLog
    private let nodeId: Int32
    private let replication = Mutex(Replication())
    private let waiters = Mutex(Waiters())
    private let upkeepFailures = Mutex<[String: String]>([:])

    /// Who has the partition and who leads it, as the metadata says.
    private struct Replication: Sendable {
        var leader: Int32 = -1
        var leaderEpoch = LeaderEpoch.zero
        var replicas: [Int32] = []
        var inSync: [Int32] = []
    }

    /// What an append must know of it.
    private struct Standing {
        var error: ErrorCode
        var leaderEpoch: LeaderEpoch
        var inSync: Int
        var replicas: Int
    }

    init(topic: String, topicId: Uuid, index: Int32, log: PartitionLog, nodeId: Int32) {
        self.topic = topic
        self.topicId = topicId
        self.index = index
        self.log = log
        self.nodeId = nodeId
    }

    // MARK: Role

    /// Takes over what the metadata says of the partition. A leader's new epoch begins at the log's end.
    func take(_ image: PartitionImage) {
        replication.withLock { replication in
            let isLed = image.leader == nodeId
            let epoch = LeaderEpoch(image.leaderEpoch)
            replication = Replication(leader: image.leader, leaderEpoch: epoch, replicas: image.replicas, inSync: image.isr)
            // With other replicas in sync the high watermark waits for them; until they have fetched it stays where it was.
            log.setReplicatedEnd(isLed && image.isr == [nodeId] ? nil : log.offsets.highWatermark)
            if isLed { log.assignLeaderEpoch(epoch) }
        }
    }

    public var leaderEpoch: LeaderEpoch { replication.withLock { $0.leaderEpoch } }

    public var isLeader: Bool { replication.withLock { $0.leader == nodeId } }

    /// What a request that names the leader epoch it knows of, or -1, must be told (KIP-320).
    private func check(_ replication: Replication, currentLeaderEpoch: LeaderEpoch) -> ErrorCode {
        if currentLeaderEpoch != .undefined, currentLeaderEpoch != replication.leaderEpoch {
            return currentLeaderEpoch < replication.leaderEpoch ? .fencedLeaderEpoch : .unknownLeaderEpoch
        }
        return replication.leader == nodeId ? .none : .notLeaderOrFollower
    }

    // MARK: Offsets

    /// What a leader tells of its offsets, all at one moment.
    struct View: Sendable {
        let leaderEpoch: LeaderEpoch
        let offsets: LogOffsets

        /// Where a reader must stop.
        func limit(readsCommitted: Bool) -> Offset { readsCommitted ? offsets.lastStable : offsets.highWatermark }
    }

    /// The view of this partition's leader, or why there is none here.
    /// - Parameter currentLeaderEpoch: the one that the client knows of, or -1
    func view(currentLeaderEpoch: LeaderEpoch = .undefined) -> Result<View, ErrorCode> {
        replication.withLock { replication in
            let error = check(replication, currentLeaderEpoch: currentLeaderEpoch)
            return error == .none ? .success(View(leaderEpoch: replication.leaderEpoch, offsets: log.offsets)) : .failure(error)
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
        let standing = replication.withLock {
            Standing(
                error: check($0, currentLeaderEpoch: .undefined), leaderEpoch: $0.leaderEpoch, inSync: $0.inSync.count, replicas: $0.replicas.count)
        }
        guard standing.error == .none else { throw AppendError(standing.error, "this broker does not lead \(log.name)") }
        if requiresInSync, standing.inSync < standing.replicas {
            let required = min(log.config.minInsyncReplicas, standing.replicas)
            guard standing.inSync >= required else {
                throw AppendError(.notEnoughReplicas, "\(log.name) has \(standing.inSync) replicas in sync of the \(required) that it needs")
            }
        }
        let info = try log.append(batches, leaderEpoch: standing.leaderEpoch, now: now, origin: origin, transaction: transaction)
        // With other replicas in sync nothing more may be read before they have it.
        if standing.inSync == 1, !info.isDuplicate { wake(appended: batches.count, now: now) }
        return info
    }

    /// Moves the log's start to an offset, or with -1 to the high watermark, beyond which it cannot go; returns the start.
    func deleteRecords(before offset: Offset, now: Int64) throws(LogError) -> Offset {
        let offsets = log.offsets
        let target = offset == .undefined ? offsets.highWatermark : offset
        guard target >= .zero, target <= offsets.highWatermark else {
            throw .offsetOutOfRange(requested: target, logStartOffset: offsets.start, logEndOffset: offsets.highWatermark)
        }
        let start = try log.deleteRecords(before: target)
        wake(appended: nil, now: now)
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

    /// Syncs several partitions of a data directory.
    static func sync(_ partitions: [Partition], below path: String) -> [ErrorCode] {
        PartitionLog.sync(partitions.map(\.log), below: path).map { $0 == nil ? .none : .kafkaStorageError }
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
    var waitingFetches: Int { waiters.withLock { $0.fetches.count } }

    func stopWaiting(_ fetch: DelayedFetch) { waiters.withLock { $0.remove(fetch) } }

    /// Tells waiting fetches that bytes may be read now, or (with `appended` nil) that the partition has changed and they must look again.
    func wake(appended: Int?, now: Int64) {
        let waiting = waiters.withLock { $0.fetches }
        for fetch in waiting { fetch.partitionChanged(appended: appended, now: now) }
    }
}

/// The fetches that wait for a partition. Adding and removing costs the same however many there are; their order follows from what was done.
private struct Waiters: Sendable {
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
