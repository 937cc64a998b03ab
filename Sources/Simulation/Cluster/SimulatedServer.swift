import Broker
import Coordination
import KafkaProtocol
import LogStorage
import Vocabulary

/// A broker whose threads are events: syncs, metadata and upkeep take their time, and end with the process.
final class SimulatedServer: @unchecked Sendable {
    // Unchecked: a simulation is one thread.
    let id: Int32
    let address: HostPort
    private let world: World
    private var settings: BrokerSettings
    private(set) var disk = SimulatedDisk()
    private(set) var broker: Broker?
    /// Whether clients may connect: a broker of a cluster waits until its controller lets it serve.
    private(set) var isOpen = false
    /// Counts starts: what an earlier process left to do does not happen any more.
    private(set) var process = 0
    private(set) var links: [Link] = []
    private(set) var loopTimers = Timers()
    /// Called with a broker whose process has begun, before it does anything, and with one whose process ends, before it does.
    var onStart: (Broker) -> Void = { _ in }
    var onEnd: (Broker) -> Void = { _ in }
    /// What the broker told the operator that must not be.
    private(set) var failures: [String] = []
    /// Sees each request that arrives.
    var onRequest: (Bytes) -> Void = { _ in }

    /// A node that is its own cluster.
    /// - Parameter features: levels that the cluster is formatted with; those of a new cluster when empty
    init(_ world: World, _ network: Network, seed: UInt64, properties: [String: String], features: [String: Int16] = [:]) throws {
        (id, address) = (1, HostPort(host: "broker", port: 9092))
        self.world = world
        settings = BrokerSettings(properties: properties)
        prepare(seed)
        network.add(self)
        if !features.isEmpty { try format(features) }
        try start()
    }

    /// A broker of a cluster, which is not started yet.
    /// - Parameter disks: how many log directories it has; the first holds the metadata log
    init(_ world: World, _ network: Network, _ quorum: QuorumConfig, clusterId: String, seed: UInt64, properties: [String: String], disks: Int = 1) throws {
        (id, address) = (quorum.nodeId, HostPort(host: "b\(quorum.nodeId)", port: 9092))
        self.world = world
        settings = BrokerSettings(properties: properties)
        settings.quorum = quorum
        prepare(seed &+ UInt64(quorum.nodeId) << 32)
        network.add(self)
        self.clusterId = clusterId
        settings.dataDirectories += (1..<max(1, disks)).map { "disk\($0 + 1)" }
        for path in settings.dataDirectories { try writeProperties(to: path, clusterId: clusterId, directoryId: Uuid.random(using: &world.random)) }
        _ = try disk.syncAll("")
    }

    private var clusterId = ""

    /// The log directories besides that of the metadata log.
    var spareDirectories: [String] { Array(settings.dataDirectories.dropFirst()) }
    var directories: [String] { settings.dataDirectories }

    /// A log directory that cannot be read or written, now and at the next start.
    var missing: String? { didSet { disk.faults.gone = missing } }

    /// Puts an empty, formatted disk in the place of a log directory; the broker is down.
    func replace(_ path: String) throws {
        world.tell("broker \(id) has a new disk in the place of \(path)")
        try disk.removeTree(path)
        try writeProperties(to: path, clusterId: clusterId, directoryId: Uuid.random(using: &world.random))
        _ = try disk.syncAll("")
    }

    private func prepare(_ seed: UInt64) {
        settings.journalLimits = JournalLimits(seed: seed)
        settings.nodeId = id
        settings.seed = seed
        settings.dataDirectories = ["data"]
        settings.endpoints = [.init(listener: "PLAINTEXT", host: address.host, port: UInt16(address.port))]
        settings.clock = { [unowned world] in world.now }
        let id = id
        settings.log = OperatorLog(level: .debug, clock: settings.clock) { [unowned world] entry in world.tell("broker \(id): \(entry.text)") }
    }

    private func writeProperties(to path: String, clusterId: String, directoryId: Uuid? = nil) throws {
        try disk.createDirectory(path)
        let directory = directoryId.map { "directory.id=\($0)\n" } ?? ""
        try disk.writeFile(path + "/" + MetaProperties.fileName, Bytes("version=1\nnode.id=\(id)\ncluster.id=\(clusterId)\n" + directory))
    }

    /// Leaves what `kafka-storage format` leaves.
    private func format(_ features: [String: Int16]) throws {
        let records = features.sorted { $0.key < $1.key }.map { name, level in
            var record = FeatureLevelRecord()
            (record.name, record.featureLevel) = (name, level)
            return MetadataRecord(record)
        }
        var contents = MetadataSnapshot.Contents()
        contents.values = records.map { $0.encoded() }
        var file: [UInt8] = []
        MetadataSnapshot(endOffset: 0, epoch: 0).write(contents, now: world.now) { file += $0.array }
        try writeProperties(to: settings.dataDirectories[0], clusterId: "simulated-cluster-0000")
        try disk.writeFile(settings.dataDirectories[0] + "/bootstrap.checkpoint", Bytes(file))
        _ = try disk.syncAll("")
    }

    func start() throws {
        process += 1
        // A process makes other ids than the one before it.
        settings.seed &+= 1
        let process = process
        let during: @Sendable (ClosedRange<Int>, @escaping () -> Void) -> Void = { [unowned self] in self.during($0, $1) }
        settings.blocking = { work in during(0...30, work) }
        disk.faults.gone = missing
        let broker = try Broker(settings: settings, disk: disk, now: world.now)
        self.broker = broker
        loopTimers = Timers()
        broker.commits.onWork { [weak broker] in during(1...8) { broker?.commits.drainOne() } }
        broker.metadata.onWork { [weak broker] in during(0...4) { broker?.metadata.drain() } }
        broker.metadata.onFatal { [unowned self] reason in failures.append("the metadata failed: \(reason)") }
        broker.onBackgroundWork { work in during(0...20) { work() } }
        for timers in [broker.timers, loopTimers] {
            timers.onEarlierDeadline { [unowned self, unowned timers] deadline in fire(timers, at: deadline, process) }
            if let next = timers.fire(now: world.now) { fire(timers, at: next, process) }
        }
        world.note("start", Int64(id), Int64(process))
        world.tell("broker \(id) starts")
        isOpen = settings.quorum == nil
        onStart(broker)
    }

    /// Lets clients connect.
    func open() { isOpen = broker != nil }

    /// Lets something happen after a time in this process, if that lives as long.
    func during(_ ms: ClosedRange<Int>, _ body: @escaping () -> Void) {
        let process = process
        world.after(Int64(ms.lowerBound + world.below(ms.count))) { [self] in if self.process == process { body() } }
    }

    private func fire(_ timers: Timers, at deadline: Int64, _ process: Int) {
        world.at(deadline) { [self] in
            guard self.process == process, let next = timers.fire(now: world.now) else { return }
            fire(timers, at: next, process)
        }
    }

    /// Stops in order. A log that failed keeps it from being clean, which is no error here.
    func stop() {
        world.note("stop", Int64(id), Int64(process))
        world.tell("broker \(id) stops")
        let stopped = broker
        end()
        try? stopped?.shutDown(now: world.now)
    }

    /// The process is killed: what it has written is there, synced or not.
    func kill() {
        world.note("kill", Int64(id), Int64(process))
        world.tell("broker \(id) is killed")
        end()
        disk = disk.left()
    }

    /// The power fails: what was not synced is lost or not.
    func losePower() {
        world.note("power", Int64(id), Int64(process))
        world.tell("broker \(id) loses its power")
        end()
        disk = disk.crashed(using: &world.random)
    }

    private func end() {
        process += 1
        if let broker { onEnd(broker) }
        broker = nil
        isOpen = false
        let cut = links
        links = []
        for link in cut { link.end(reportedAfter: 1) }
    }

    /// The network delivers a request once more, on a connection whose answers nobody reads.
    func deliverAgain(_ frame: Bytes) {
        guard let broker else { return }
        world.note("again", Int64(process), frame)
        let loop = ConnectionLoop(timers: loopTimers) { [unowned self, process] work in
            world.after(0) { if self.process == process { work() } }
        }
        let connection = ClientConnection(id: .max, listener: "PLAINTEXT", peerHost: "/10.0.1.1", loop: loop)
        broker.handle(frame, from: connection, now: world.now) { _ in }
    }

    func connect(_ link: Link) { links.append(link) }

    func forget(_ link: Link) { links.removeAll { $0 === link } }
}
