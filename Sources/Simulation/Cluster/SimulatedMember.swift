import Broker
import Coordination
import KafkaProtocol
import LogStorage
import Vocabulary

/// A broker of a cluster: registers, says that it lives, follows the controller's log with delays of its own, and stops when it may, as the server's
/// `ClusterMember` has it do. What decides is the broker's own `BrokerLifecycle`.
final class SimulatedMember: @unchecked Sendable {
    // Unchecked: a simulation is one thread.
    let server: SimulatedServer
    private let world: World
    private let network: Network
    private let controller: ScriptedClusterController
    private let timing: BrokerLifecycle.Settings
    /// Of the process that runs.
    private var life: Life?
    /// By so much the metadata comes later than it would.
    var metadataLagMs = 0
    /// What brokers said when they closed connections of this one.
    private(set) var closed: [String] = []
    /// Why it left the cluster by itself.
    private(set) var departures: [String] = []

    private final class Life: @unchecked Sendable {
        var lifecycle: BrokerLifecycle
        let lifeline: ControllerWay
        let forwarding: ControllerWay
        let altering: ControllerWay
        let peers: [SimulatedPeers]
        /// Up to where the metadata has been handed to the broker.
        var followed: Int64 = 0
        /// Where the controller's log ended when the process began.
        let begunAt: Int64
        var isFollowing = false
        var isOpen = false
        var wakesAt: Int64 = .max

        init(_ lifecycle: BrokerLifecycle, ways: [ControllerWay], peers: [SimulatedPeers], begunAt: Int64) {
            self.lifecycle = lifecycle
            (lifeline, forwarding, altering) = (ways[0], ways[1], ways[2])
            self.peers = peers
            self.begunAt = begunAt
        }
    }

    init(_ world: World, _ network: Network, _ controller: ScriptedClusterController, id: Int32, seed: UInt64, properties: [String: String], disks: Int = 1)
        throws
    {
        (self.world, self.network, self.controller) = (world, network, controller)
        let all = properties.merging(
            [
                "process.roles": "broker", "node.id": "\(id)", "controller.quorum.bootstrap.servers": "c:9093", "controller.listener.names": "CONTROLLER",
                "listeners": "PLAINTEXT://b\(id):9092",
            ]) { _, own in own }
        let quorum = try QuorumConfig(all)
        var timing = quorum.timing
        timing.shutdownTimeoutMs = 15_000
        self.timing = timing
        server = try SimulatedServer(world, network, quorum, clusterId: ScriptedClusterController.clusterId, seed: seed, properties: all, disks: disks)
        server.onStart = { [unowned self] in begin($0) }
        server.onEnd = { [unowned self] in end($0) }
    }

    var id: Int32 { server.id }
    var isUp: Bool { server.broker != nil }
    /// Whether the broker acts on all that the controller has committed.
    var hasAllMetadata: Bool { life.map { !$0.isFollowing && $0.followed == controller.endOffset } ?? false }

    // MARK: Life

    private func begin(_ broker: Broker) {
        let identity = BrokerIdentity(
            id: id, incarnationId: Uuid.random(using: &world.random), endpoints: broker.settings.endpoints, logDirs: broker.storage.online.map(\.directoryId))
        let announcement = BrokerAnnouncement(
            identity, clusterId: broker.storage.clusterId, previousEpoch: broker.storage.previousBrokerEpoch)
        let ways = (0..<3).map { _ in ControllerWay(world, network, controller, node: id) }
        let peers = (0..<2).map { SimulatedPeers(world, network, node: id, number: 1_000 * Int(id) + $0) }
        let life = Life(BrokerLifecycle(announcement, settings: timing), ways: ways, peers: peers, begunAt: controller.endOffset)
        self.life = life
        broker.metadata.use(SimulatedControllerLink(world, life.forwarding))
        broker.metadata.onChange { delta, _ in
            guard delta.old.brokers != delta.new.brokers else { return }
            for peers in peers { peers.follow(delta.new) }
        }
        broker.onLostDirectory { [unowned self, weak life] lost in
            server.during(0...5) { [self] in
                guard let life, self.life === life else { return }
                world.tell("broker \(id) has lost \(lost.path)")
                if lost.isSpare { life.lifecycle.directoryFailed(lost.id, world.now) } else { life.lifecycle.leave(because: lost.reason, world.now) }
                turn()
            }
        }
        broker.replicate(over: peers[0], coordinating: peers[1], asking: SimulatedControllerLink(world, life.altering))
        follow()
        turn()
    }

    private func end(_ broker: Broker) {
        guard let life else { return }
        self.life = nil
        broker.stopReplicating()
        for way in [life.lifeline, life.forwarding, life.altering] { way.isClosed = true }
        for peers in life.peers {
            peers.kill()
            closed += peers.closed
        }
    }

    /// Asks the cluster to let this broker go, and stops then.
    func stop() {
        life?.lifecycle.stop(world.now)
        turn()
    }

    // MARK: Turns

    private func turn() {
        guard let life, let broker = server.broker else { return }
        if life.lifecycle.state == .notRunning, !life.isFollowing, life.followed >= life.begunAt { life.lifecycle.start(world.now) }
        if let request = life.lifecycle.next(world.now) { send(request, life) }
        while case let events = life.lifecycle.takeEvents(), !events.isEmpty { for event in events { take(event, life, broker) } }
        guard self.life === life, let due = life.lifecycle.wakeAt, due != life.wakesAt else { return }
        life.wakesAt = due
        world.at(max(due, world.now + 1)) { [self] in
            guard self.life === life, life.wakesAt == due else { return }
            life.wakesAt = .max
            turn()
        }
    }

    private func send(_ request: BrokerLifecycle.Request, _ life: Life) {
        switch request {
        case .registration(let registration):
            life.lifeline.ask(patienceMs: timing.heartbeatIntervalMs) {
                $0.answer(registration)
            } then: { [self] in
                take($0, life) { $0.take($1, $2) }
            }
        case .heartbeat(let heartbeat):
            life.lifeline.ask(patienceMs: timing.heartbeatIntervalMs) {
                $0.answer(heartbeat)
            } then: { [self] in
                take($0, life) { $0.take($1, $2) }
            }
        }
    }

    private func take<Answer>(_ answer: Answer?, _ life: Life, _ answered: (inout BrokerLifecycle, Answer, Int64) -> Void) {
        guard self.life === life else { return }
        if let answer { answered(&life.lifecycle, answer, world.now) } else { life.lifecycle.failed("no answer", world.now) }
        turn()
    }

    private func take(_ event: BrokerLifecycle.Event, _ life: Life, _ broker: Broker) {
        switch event {
        case .entered(.recovery):
            broker.metadata.settle(broker.storage) { [self] in
                server.during(0...5) { [self] in
                    life.lifecycle.ready(world.now)
                    turn()
                }
            }
        case .entered(.shuttingDown):
            if let failure = life.lifecycle.failure { departures.append(failure) }
            server.stop()
        case .registered(let epoch): broker.brokerEpoch = epoch
        case .unfenced:
            if !life.isOpen { server.open() }
            life.isOpen = true
        case .entered, .fenced, .registrationLost, .controllerIsElsewhere, .warning: break
        }
    }

    // MARK: Metadata

    /// Takes up what the controller has committed, piece after piece, some time after it was.
    func follow() {
        guard let life, let broker = server.broker, !life.isFollowing, life.followed < controller.endOffset else { return }
        life.isFollowing = true
        server.during(0...(world.isOneIn(30) ? 300 : 10) + metadataLagMs) { [self] in
            let isCut = network.loses(id, ScriptedClusterController.id) || network.loses(ScriptedClusterController.id, id)
            let piece = isCut ? nil : controller.piece(from: life.followed, count: 1 + world.below(30), asSnapshot: world.isOneIn(3))
            guard let piece else {
                life.isFollowing = false
                return server.during(50...50) { [self] in follow() }
            }
            broker.metadata.follow(piece) { [self] image in
                server.during(0...2) { [self] in
                    life.isFollowing = false
                    life.followed = piece.nextOffset
                    life.lifecycle.metadataApplied(upTo: image.offset, image, world.now)
                    turn()
                    follow()
                }
            }
        }
    }
}
