import Broker
import ClientDriver
import Coordination
import Host
import KafkaClient
import KafkaProtocol
import LogStorage
import Synchronization
import Vocabulary

/// Makes a broker one of a KRaft cluster: follows the quorum's metadata log, registers, says every so often that the broker lives, and passes on what the
/// controller decides. On a thread of its own; what decides are `QuorumObserver` and `BrokerLifecycle`.
final class ClusterMember: @unchecked Sendable {
    // Unchecked: what is not constant is confined to the loop's thread.
    private let broker: Broker
    private let rules: JoinRules
    private let log: OperatorLog
    private let thread: LoopThread
    private let link: QuorumLink
    /// For changes of replicas in sync, which must not wait behind what clients have asked for.
    private let inSyncLink: QuorumLink
    private let replication: BrokerPeers
    private let coordination: BrokerPeers
    private let peers: ClusterPeers
    private let fetching: PeerClient
    private let lifeline: PeerClient
    private let timing: BrokerLifecycle.Settings

    private var observer: QuorumObserver
    private var lifecycle: BrokerLifecycle
    private var replica: any MetadataReplica & Sendable
    private var timer: LoopTimer?
    private var leader: QuorumPlace?
    /// Up to where the metadata has been handed to the broker.
    private var followed: Int64 = 0
    /// A piece of it is being folded.
    private var isFolding = false
    private var isSettled = false
    private var startedAt: Int64 = 0
    /// As long as the metadata cannot be followed.
    private var silence: Silence?

    private struct Silence {
        let since: Int64
        var isTold = false
    }

    /// The controller answers a registration once that is in its log.
    private static let registrationTimeoutMs = 5000

    /// Called once each, on the member's thread: the cluster lets this broker serve; it is out of the cluster, with the reason if nobody asked for that.
    private let onReady: @Sendable () -> Void
    private let onEnd: @Sendable (String?) -> Void
    private var wasReady = false

    init(
        _ quorum: QuorumConfig, _ broker: Broker, version: String, seed: UInt64, log: OperatorLog, onReady: @escaping @Sendable () -> Void,
        onEnd: @escaping @Sendable (String?) -> Void
    ) throws {
        guard let replica = broker.metadata.copy else { throw ServerError("the broker follows no quorum") }
        self.broker = broker
        self.log = log
        self.replica = replica
        (self.onReady, self.onEnd) = (onReady, onEnd)
        var generator = SeededGenerator(seed: seed)
        let now = SystemClock.monotonicMs()
        rules = JoinRules(nodeId: quorum.nodeId, interBrokerListener: quorum.interBrokerListener, controllerListener: quorum.controllerListener)
        observer = QuorumObserver(
            settings: quorum.observer(directoryId: broker.storage.metadata.directoryId, clusterId: broker.storage.clusterId), replica: replica,
            generator: &generator,
            now: now)
        let identity = BrokerIdentity(
            id: quorum.nodeId, incarnationId: Uuid.random(using: &generator), endpoints: broker.settings.endpoints, rack: quorum.rack,
            logDirs: broker.storage.online.map(\.directoryId))
        timing = quorum.timing
        lifecycle = BrokerLifecycle(
            BrokerAnnouncement(identity, clusterId: broker.storage.clusterId, previousEpoch: broker.storage.previousBrokerEpoch), settings: quorum.timing)
        thread = try LoopThread(name: "ottla-cluster")
        let loop = thread.loop
        func client(_ purpose: String) throws(ClientError) -> PeerClient {
            try PeerClient(ClientConfig(bootstrapServers: [], clientId: "ottla-\(quorum.nodeId)-\(purpose)"), on: loop)
        }
        // What may wait long, and what must not wait behind that, have a connection each.
        fetching = try client("metadata")
        lifeline = try client("heartbeat")
        let forwarding = try client("forwarding"), altering = try client("in-sync")
        peers = ClusterPeers([fetching, lifeline, forwarding, altering])
        link = QuorumLink(forwarding, version: version, on: loop)
        inSyncLink = QuorumLink(altering, version: version, on: loop)
        replication = try BrokerPeers("replication", nodeId: quorum.nodeId)
        coordination = try BrokerPeers("coordination", nodeId: quorum.nodeId)
        broker.metadata.use(link)
        broker.metadata.onChange { [replication, coordination, rules] delta, _ in
            guard delta.old.brokers != delta.new.brokers else { return }
            for peers in [replication, coordination] { peers.follow(delta.new, listener: rules.interBrokerListener) }
        }
        broker.replicate(over: replication, coordinating: coordination, asking: inSyncLink)
    }

    func start() {
        thread.loop.post { [self] in
            startedAt = SystemClock.monotonicMs()
            turn()
        }
        broker.onCordonedDirectories { [weak self] ids in
            guard let self else { return }
            thread.loop.post { [self] in
                lifecycle.directoriesCordoned(ids, SystemClock.monotonicMs())
                turn()
            }
        }
        // Others must lead what this broker cannot write any more. Without a directory it is no broker, nor without the metadata log.
        broker.onLostDirectory { [weak self] lost in
            guard let self else { return }
            thread.loop.post { [self] in
                let now = SystemClock.monotonicMs()
                if lost.isSpare {
                    lifecycle.directoryFailed(lost.id, now)
                } else {
                    let need = broker.storage.online.count > 1 ? "it holds the metadata log" : "there is no other"
                    lifecycle.leave(because: "the log directory \(lost.path) has failed, and \(need): \(lost.reason)", now)
                }
                turn()
            }
        }
    }

    /// Registers once the metadata that there was is known: a cluster that this broker must not join is refused with what is in the way, not joined and left.
    private func register(_ now: Int64) {
        guard lifecycle.state == .notRunning else { return }
        if observer.highWatermark != nil, !isFolding, followed >= observer.committedOffset {
            leave(rules.obstacles(in: broker.metadata.image), now)
            lifecycle.start(now)
        } else if now - startedAt > timing.initialRegistrationTimeoutMs {
            let waited = "within \(timing.initialRegistrationTimeoutMs) ms (initial.broker.registration.timeout.ms)"
            lifecycle.leave(because: "the cluster's metadata could not be read \(waited): \(observer.obstacle ?? "no controller has answered")", now)
        }
    }

    /// Asks the cluster to let this broker go; `onEnd` says when it has.
    func stop() {
        thread.loop.post { [self] in
            lifecycle.stop(SystemClock.monotonicMs())
            turn()
        }
    }

    /// Ends the thread; to be called when the member is out, or must not wait for it.
    func close() {
        broker.stopReplicating()
        replication.close()
        coordination.close()
        link.close()
        inSyncLink.close()
        thread.loop.post { [self] in
            timer?.cancel()
            peers.close()
        }
        thread.stop()
    }

    // MARK: Turns

    /// Does everything that is due, and comes back when the next thing is.
    private func turn() {
        let now = SystemClock.monotonicMs()
        let observerAt = observe(now)
        noteLeader(now)
        follow(now)
        register(now)
        if let request = lifecycle.next(now) { send(request, now) }
        // What follows from an event may be another.
        while case let events = lifecycle.takeEvents(), !events.isEmpty { for event in events { take(event, now) } }
        timer?.cancel()
        timer = nil
        guard lifecycle.state != .shuttingDown else { return }
        let due = min(observerAt, lifecycle.wakeAt ?? observerAt)
        timer = thread.loop.schedule(afterMs: max(0, due - SystemClock.monotonicMs())) { [unowned self] in turn() }
    }

    private func observe(_ now: Int64) -> Int64 {
        while true {
            switch observer.next(now: now) {
            case .send(let request): send(request)
            case .wait(let until):
                tellObstacle(now)
                return until
            case .stop(let failure):
                lifecycle.leave(because: failure.description, now)
                return .max
            }
        }
    }

    /// Who cannot be reached for a while is said once.
    private func tellObstacle(_ now: Int64) {
        guard let text = observer.obstacle else {
            silence = nil
            return
        }
        var told = silence ?? Silence(since: now)
        if !told.isTold, now - told.since > timing.heartbeatIntervalMs {
            log.warn(.metadata, "the cluster's metadata cannot be followed for now: \(text)")
            told.isTold = true
        }
        silence = told
    }

    private func send(_ request: QuorumRequest) {
        let node = peers.number(request.place.address), timeoutMs = Int(request.timeoutMs), id = request.id
        switch request.message {
        case .fetch(let fetch):
            fetching.send(fetch, to: node, timeoutMs: timeoutMs, versions: QuorumRequest.fetchVersions) { [self] result in
                take(id, result) { $0.answered(id, $1, now: $2) }
            }
        case .fetchSnapshot(let fetch):
            fetching.send(fetch, to: node, timeoutMs: timeoutMs) { [self] result in take(id, result) { $0.answered(id, $1, now: $2) } }
        }
    }

    private func take<Answer>(_ id: Int, _ result: Result<Answer, ClientError>, _ answered: (inout QuorumObserver, Answer, Int64) -> Void) {
        let now = SystemClock.monotonicMs()
        switch result {
        case .success(let answer): answered(&observer, answer, now)
        case .failure(let error): observer.failed(id, reason: "\(error)", now: now)
        }
        turn()
    }

    private func noteLeader(_ now: Int64) {
        guard observer.leader != leader else { return }
        leader = observer.leader
        let number = leader.map { peers.number($0.address) }
        link.follow(number)
        inSyncLink.follow(number)
        lifecycle.controllerChanged(now)
    }

    // MARK: Metadata

    /// Hands the next committed piece to the broker, which folds it on a thread of its own.
    private func follow(_ now: Int64) {
        guard !isFolding, lifecycle.state != .shuttingDown else { return }
        let piece: CommittedMetadata?
        do throws(MetadataError) {
            piece = try replica.committed(from: followed, to: observer.committedOffset, maxBytes: 1 << 20)
        } catch {
            return lifecycle.leave(because: "\(error)", now)
        }
        guard let piece else { return }
        isFolding = true
        broker.metadata.follow(piece) { [self] image in
            thread.loop.post { [self] in
                isFolding = false
                followed = piece.nextOffset
                let now = SystemClock.monotonicMs()
                lifecycle.metadataApplied(upTo: image.offset, image, now)
                if isSettled { checkRules(image, now) }
                turn()
            }
        }
    }

    private func checkRules(_ image: MetadataImage, _ now: Int64) { leave(rules.obstacles(in: image), now) }

    private func leave(_ obstacles: [JoinObstacle], _ now: Int64) {
        if obstacles.isEmpty { return }
        lifecycle.leave(because: "this broker cannot be one of the cluster: " + obstacles.map(\.text).joined(separator: "; "), now)
    }

    // MARK: Life

    private func send(_ request: BrokerLifecycle.Request, _ now: Int64) {
        guard let leader else {
            lifecycle.failed("no active controller is known" + (observer.obstacle.map { " (\($0))" } ?? ""), now)
            return
        }
        let node = peers.number(leader.address), timeoutMs = Int(timing.heartbeatIntervalMs)
        switch request {
        case .registration(let registration):
            lifeline.send(registration, to: node, timeoutMs: max(timeoutMs, Self.registrationTimeoutMs)) { [self] result in take(result) { $0.take($1, $2) } }
        case .heartbeat(let heartbeat): lifeline.send(heartbeat, to: node, timeoutMs: timeoutMs) { [self] result in take(result) { $0.take($1, $2) } }
        }
    }

    private func take<Answer>(_ result: Result<Answer, ClientError>, _ answered: (inout BrokerLifecycle, Answer, Int64) -> Void) {
        let now = SystemClock.monotonicMs()
        switch result {
        case .success(let answer): answered(&lifecycle, answer, now)
        case .failure(let error): lifecycle.failed("\(error)", now)
        }
        turn()
    }

    private func take(_ event: BrokerLifecycle.Event, _ now: Int64) {
        switch event {
        case .entered(.recovery): settle(now)
        case .entered(.shuttingDown): onEnd(lifecycle.failure)
        case .entered(let state): log.debug(.metadata, "this broker is \(state) in its cluster")
        case .registered(let epoch):
            broker.brokerEpoch = epoch
            log.info(.metadata, "registered as broker \(rules.nodeId) of the cluster \(broker.storage.clusterId), epoch \(epoch)")
        case .fenced: log.warn(.metadata, "the controller has fenced this broker: it is no leader of anything until it is heard again")
        case .unfenced:
            log.info(.metadata, "the controller lets this broker serve")
            if !wasReady { onReady() }
            wasReady = true
        case .registrationLost, .controllerIsElsewhere: break
        case .warning(let text): log.warn(.metadata, text)
        }
    }

    /// The metadata is known as far as the controller's at the registration: the broker may see what it holds, and whether it may be in.
    private func settle(_ now: Int64) {
        leave(rules.obstacles(in: broker.metadata.image), now)
        guard lifecycle.failure == nil else { return }
        isSettled = true
        broker.metadata.settle(broker.storage) { [self] in
            thread.loop.post { [self] in
                let now = SystemClock.monotonicMs()
                lifecycle.ready(now)
                turn()
            }
        }
    }
}
