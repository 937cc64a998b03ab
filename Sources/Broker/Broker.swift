import Coordination
import KafkaProtocol
import LogStorage
import Security
import Synchronization

/// A Kafka broker without sockets, clock or threads: frames in, replies out. The host feeds it frames, fires its timers and drains its commits.
public final class Broker: Sendable {
    public let settings: BrokerSettings
    public let partitions: PartitionTable
    public let metadata: MetadataService
    let groups: GroupCoordinatorService
    let transactions: TransactionCoordinatorService
    let transactionPeers: TransactionPeers
    let transactionMarkers: TransactionMarkerWriter
    let transactionVerifier: TransactionVerifier
    public let timers: Timers
    public let commits: CommitQueue
    public let storage: LogDirectories
    let disk: any Disk
    let fetchSessions: FetchSessionCache
    let replicas: ReplicaContext
    let replicaFetchers: ReplicaFetchers
    private let inSyncChanges: InSyncChanges
    let directoryMoves: DirectoryMoves
    let directoryAssignments: DirectoryAssignments
    let producerIds: ProducerIdAllocator
    let authorizer: any Authorizer
    let quotas: any QuotaKeeper

    private let background = Hook<@Sendable () -> Void>()
    let lostDirectories = Hook<LostDirectory>()
    let cordonedDirectories = Hook<Set<Uuid>>()

    /// Opens the data directory, recovers what needs it and folds the metadata log. Throws with a text for the operator.
    public init(settings: BrokerSettings, disk: any Disk, now: Int64) throws {
        self.settings = settings
        self.disk = disk
        authorizer = settings.authorizer
        quotas = settings.quotas
        timers = Timers()
        commits = CommitQueue(durability: settings.durability)
        partitions = PartitionTable()
        replicas = ReplicaContext(settings)
        storage = try Self.openDirectories(settings, disk, now: now)
        metadata = try MetadataService(settings: settings, disk: disk, storage: storage, partitions: partitions, commits: commits, context: replicas, now: now)
        producerIds = ProducerIdAllocator(metadata: metadata)
        groups = GroupCoordinatorService(settings: settings, metadata: metadata, partitions: partitions, commits: commits, timers: timers, now: now)
        transactionPeers = TransactionPeers(metadata: metadata)
        transactionMarkers = TransactionMarkerWriter(partitions: partitions, groups: groups, commits: commits)
        transactions = TransactionCoordinatorService(
            settings: settings, metadata: metadata, partitions: partitions, commits: commits, timers: timers, producerIds: producerIds,
            markers: transactionMarkers, peers: transactionPeers, now: now)
        transactionVerifier = TransactionVerifier(metadata: metadata, coordinator: transactions, peers: transactionPeers)
        fetchSessions = FetchSessionCache(slots: settings.fetchSessionSlots, firstID: settings.seededID(now))
        replicaFetchers = ReplicaFetchers(settings: settings, storage: storage, partitions: partitions, timers: timers, context: replicas)
        inSyncChanges = InSyncChanges(context: replicas, timers: timers, clock: settings.clock, log: settings.log)
        directoryAssignments = DirectoryAssignments(metadata: metadata, timers: timers, settings: settings)
        directoryMoves = DirectoryMoves(
            storage: storage, partitions: partitions, assignments: directoryAssignments, metadata: metadata, timers: timers, settings: settings)
        scheduleUpkeep(after: now)
        watchDirectories(now: now)
    }

    private static func openDirectories(_ settings: BrokerSettings, _ disk: any Disk, now: Int64) throws -> LogDirectories {
        var opening = LogDirectories.Opening(paths: settings.dataDirectories, nodeId: settings.nodeId)
        opening.metadataPath = settings.metadataDirectory
        opening.clusterId = settings.clusterId
        opening.followsQuorum = settings.quorum != nil
        opening.log = settings.log
        opening.journalLimits = settings.journalLimits
        var generator = settings.generator(4, now)
        return try LogDirectories(disk: disk, opening, generator: &generator)
    }

    /// Where long work goes that must not hold up an event loop; without a host it runs at once.
    public func onBackgroundWork(_ body: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void) { background.set(body) }

    /// Serves one frame (without its length). `reply` is called exactly once, now or later, from any thread.
    public func handle(_ frame: Bytes, from connection: ClientConnection, now: Int64, reply: @escaping @Sendable (Reply) -> Void) {
        guard frame.count >= 8 else { return reply(.close("a request of \(frame.count) bytes is shorter than its header")) }
        let key: Int16 = frame.load(0)
        let version: Int16 = frame.load(2)
        guard let api = Dispatch.api(key) else { return reply(.close("request with the unknown API key \(key)")) }
        guard api.isBeforeAuthentication || connection.isReady else {
            return reply(.close("\(api.key.name) before the client has said who it is"))
        }
        let isKnown = api.versions.contains(version)
        guard isKnown || api.key == .apiVersions else {
            return reply(.close("\(api.key.name) version \(version) is not served (\(api.versions.lowerBound) to \(api.versions.upperBound) are)"))
        }
        do {
            let isFlexible = version >= api.requestFlexibleFrom && isKnown
            var reader = WireReader(frame, version: isFlexible ? 2 : 1, isFlexible: isFlexible)
            var header = RequestHeader()
            try reader.value(&header)
            connection.note(clientId: header.clientId)
            let context = RequestContext(self, api: api, header: header, size: frame.count, from: connection, now: now, send: reply)
            guard isKnown else { return replyUnsupportedApiVersions(self, context) }
            try api.run(self, frame, reader.position, context)
        } catch {
            reply(.close("malformed request: \(error)"))
        }
    }

    /// The work that repeats: retention and expiry, cleaning of compacted logs, checkpoints that bound what a restart after a crash must read.
    private func scheduleUpkeep(after now: Int64) {
        every(max(1000, settings.int("log.retention.check.interval.ms")), after: now) { broker, now in
            broker.metadata.openMissing(now: now)
            if broker.storage.hasMarked { broker.storage.removeMarked() }
            for partition in broker.partitions.all {
                // What cannot be done now is tried again at the next interval.
                broker.telling("retention", partition) { () throws(LogError) in try partition.log.applyRetention(now: now) }
                partition.log.removeExpiredProducers(now: now)
            }
        }
        if settings.bool("log.cleaner.enable") {
            every(max(100, settings.int("log.cleaner.backoff.ms")), after: now) { broker, now in
                for partition in broker.partitions.all where partition.log.config.isCompacted {
                    broker.telling("compaction", partition) { () throws(LogError) in try partition.log.compact(now: now) }
                }
            }
        }
        every(max(1000, settings.int("log.flush.offset.checkpoint.interval.ms")), after: now) { broker, _ in
            do {
                try broker.storage.writeCheckpoints()
            } catch {
                broker.settings.log.error(.upkeep, "the checkpoints could not be written: \(error)")
            }
        }
        if settings.quorum != nil {
            every(max(100, replicas.checkpointMs), after: now) { broker, _ in
                do {
                    try broker.storage.writeHighWatermarks()
                } catch {
                    broker.settings.log.error(.upkeep, "the high watermarks could not be noted: \(error)")
                }
            }
            every(max(100, replicas.maxLagMs / 2), after: now) { broker, now in
                for partition in broker.partitions.all { partition.shrinkInSync(now: now) }
                broker.replicaFetchers.reconcileAll()
            }
        }
        every(Self.metadataLogMs, after: now) { broker, now in broker.metadata.maintainLog(now: now) }
        every(Self.idleFilesMs, after: now) { broker, _ in broker.disk.releaseIdleFiles() }
        if storage.hasMarked { timers.schedule(at: now) { [weak self] _ in self?.removeMarked() } }
        metadata.onMarkedDirectories { [weak self] in self?.removeMarked() }
    }

    /// How often to see whether a snapshot of the metadata is due.
    private static let metadataLogMs: Int64 = 1_000

    /// How long a file that nobody reads or writes keeps its descriptor: between this and twice as long.
    private static let idleFilesMs: Int64 = 10_000

    private func inBackground(_ work: @escaping @Sendable () -> Void) { if !background(work) { work() } }

    private func removeMarked() {
        inBackground { [weak self] in self?.storage.removeMarked() }
    }

    /// Does a partition's upkeep. The operator is told of a failure when it is new, and again when its reason changes.
    private func telling<R>(_ work: String, _ partition: Partition, _ body: () throws(LogError) -> R) {
        var failure: String?
        do throws(LogError) {
            _ = try body()
        } catch .closed {
            // Deleted meanwhile.
        } catch {
            failure = "\(error)"
        }
        if partition.noteUpkeep(work, failure: failure), let failure { settings.log.error(.upkeep, "\(work) of \(partition.log.name) failed: \(failure)") }
    }

    /// Repeats work in the background. A round that is not done when the next one is due is not joined by it.
    private func every(_ intervalMs: Int64, after now: Int64, _ work: @escaping @Sendable (Broker, _ now: Int64) -> Void) {
        repeatWork(Round(), intervalMs, after: now, work)
    }

    private final class Round: Sendable {
        let isGoingOn = Atomic(false)
    }

    private func repeatWork(_ round: Round, _ intervalMs: Int64, after now: Int64, _ work: @escaping @Sendable (Broker, _ now: Int64) -> Void) {
        timers.schedule(at: now + intervalMs) { [weak self] now in
            guard let self else { return }
            if !round.isGoingOn.exchange(true, ordering: .acquiringAndReleasing) {
                self.inBackground { [weak self] in
                    if let self { work(self, now) }
                    round.isGoingOn.store(false, ordering: .releasing)
                }
            }
            self.repeatWork(round, intervalMs, after: now, work)
        }
    }

    /// From now on there are other brokers, and a controller that knows which of them are in sync.
    /// - Parameters:
    ///   - peers: the way to them for what is replicated
    ///   - coordination: the same for transactions, which must not wait behind that
    public func replicate(over peers: any PeerLink, coordinating coordination: any PeerLink, asking controller: any ControllerLink) {
        inSyncChanges.use(controller)
        transactionPeers.use(coordination)
        replicaFetchers.use(peers)
        metadata.onChange { [replicaFetchers, replicas] delta, _ in
            for throttle in [replicas.leaderThrottle, replicas.followerThrottle] { throttle.follow(delta) }
            replicaFetchers.reconcile(delta)
        }
    }

    /// Asks the other brokers for nothing any more.
    public func stopReplicating() { replicaFetchers.close() }

    /// Under which epoch this broker is registered in its cluster; -1 while it is not.
    public var brokerEpoch: Int64 {
        get { replicas.brokerEpoch }
        set { replicas.brokerEpoch = newValue }
    }

    /// Writes checkpoints and the marker of a clean stop. Nothing may be handled afterwards.
    public func shutDown(now: Int64) throws {
        metadata.drain()
        commits.drain()
        // Only a courtesy to whoever opens the directory next: a log that cannot be written must not keep the rest from being closed.
        do throws(MetadataFailure) {
            try metadata.stop()
        } catch {
            settings.log.warn(.metadata, "the stop could not be noted in the metadata log: \(error.reason)")
        }
        try storage.close(brokerEpoch: metadata.image.brokers[settings.nodeId]?.epoch ?? -1)
    }
}
