import Coordination
import LogStorage
import Synchronization
import Vocabulary

/// What the partitions of a node share: who the node is, whom it knows to be alive, and where a leader asks for changes of the replicas in sync.
final class ReplicaContext: Sendable {
    let nodeId: Int32
    /// `replica.lag.time.max.ms`
    let maxLagMs: Int64
    /// `replica.selector.class`: consumers are sent to a replica in their rack.
    let prefersNearest: Bool
    /// `replica.high.watermark.checkpoint.interval.ms`
    let checkpointMs: Int64
    /// What holds up the replicas that this broker sends to, and what it fetches itself.
    let leaderThrottle: ReplicationThrottle
    let followerThrottle: ReplicationThrottle
    private let current = Mutex(MetadataImage())
    private let epoch = Mutex<Int64>(-1)
    private let counts = Mutex(InSyncCounts())
    private let onChange = Hook<(Partition, InSyncReplicas.Change)>()

    convenience init(_ settings: BrokerSettings) {
        self.init(
            nodeId: settings.nodeId, maxLagMs: settings.int("replica.lag.time.max.ms"),
            prefersNearest: settings.text("replica.selector.class") == Self.rackAwareSelector,
            checkpointMs: settings.int("replica.high.watermark.checkpoint.interval.ms"),
            rate: ThrottledRate(
                sampleCount: Int(settings.int("replication.quota.window.num")), sampleMs: settings.int("replication.quota.window.size.seconds") * 1000),
            clock: settings.clock)
    }

    static let rackAwareSelector = "org.apache.kafka.common.replica.RackAwareReplicaSelector"

    init(
        nodeId: Int32, maxLagMs: Int64 = 30_000, prefersNearest: Bool = false, checkpointMs: Int64 = 5000, rate: ThrottledRate = ThrottledRate(),
        clock: @escaping @Sendable () -> Int64 = { 0 }
    ) {
        leaderThrottle = ReplicationThrottle(.leader, nodeId: nodeId, rate, clock: clock)
        followerThrottle = ReplicationThrottle(.follower, nodeId: nodeId, rate, clock: clock)
        self.nodeId = nodeId
        self.maxLagMs = maxLagMs
        self.prefersNearest = prefersNearest
        self.checkpointMs = checkpointMs
    }

    /// The newest image, which partitions judge other brokers by.
    func show(_ image: MetadataImage) { current.withLock { $0 = image } }

    func broker(_ id: Int32) -> BrokerImage? { current.withLock { $0.brokers[id] } }

    /// Whether a replica may be in sync: its broker serves and goes on to, and is the one whose fetches were seen (KIP-903).
    func isEligible(_ id: Int32, brokerEpoch: Int64?) -> Bool {
        guard let brokerEpoch, let broker = broker(id), !broker.isFenced, !broker.isInControlledShutdown else { return false }
        return brokerEpoch == -1 || brokerEpoch == broker.epoch
    }

    func isAlive(_ id: Int32) -> Bool { broker(id).map { !$0.isFenced } ?? false }

    /// Under which epoch this broker is registered; -1 while it is not.
    var brokerEpoch: Int64 {
        get { epoch.withLock { $0 } }
        set { epoch.withLock { $0 = newValue } }
    }

    /// Called with each change that a leader asks for, from any thread.
    func onProposal(_ body: @escaping @Sendable (Partition, InSyncReplicas.Change) -> Void) { onChange.set { body($0.0, $0.1) } }

    /// How often the replicas in sync of partitions led here have changed.
    struct InSyncCounts: Sendable {
        var shrinks = 0
        var expansions = 0
        /// What the controller did not accept.
        var refusals = 0
    }

    var inSyncChanges: InSyncCounts { counts.withLock { $0 } }

    func count(_ body: (inout InSyncCounts) -> Void) { counts.withLock { body(&$0) } }

    func propose(_ change: InSyncReplicas.Change, of partition: Partition) { _ = onChange((partition, change)) }
}
