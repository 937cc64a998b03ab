import Broker
import KafkaProtocol
import LogStorage
import Vocabulary

/// A broker whose threads are events: syncs, metadata and upkeep take their time, and end with the process.
final class SimulatedServer: @unchecked Sendable {
    // Unchecked: a simulation is one thread.
    private let world: World
    private var settings: BrokerSettings
    private(set) var disk = SimulatedDisk()
    private(set) var broker: Broker?
    /// Counts starts: what an earlier process left to do does not happen any more.
    private(set) var process = 0
    private(set) var links: [Link] = []
    private(set) var loopTimers = Timers()
    /// What the broker told the operator that must not be.
    private(set) var failures: [String] = []

    init(_ world: World, seed: UInt64, properties: [String: String]) throws {
        self.world = world
        settings = BrokerSettings(properties: properties)
        settings.seed = seed
        settings.dataDirectory = "data"
        settings.endpoints = [.init(listener: "PLAINTEXT", host: "broker", port: 9092)]
        settings.clock = { [unowned world] in world.now }
        try start()
    }

    func start() throws {
        process += 1
        // A process makes other ids than the one before it.
        settings.seed &+= 1
        let process = process
        @Sendable func during(_ ms: ClosedRange<Int>, _ body: @escaping () -> Void) {
            world.after(Int64(ms.lowerBound + world.below(ms.count))) { [self] in if self.process == process { body() } }
        }
        settings.blocking = { work in during(0...30, work) }
        let broker = try Broker(settings: settings, disk: disk, now: world.now)
        self.broker = broker
        loopTimers = Timers()
        broker.commits.onWork { during(1...8) { broker.commits.drainOne() } }
        broker.metadata.onWork { during(0...4) { broker.metadata.drain() } }
        broker.metadata.onFatal { [self] reason in failures.append("the metadata failed: \(reason)") }
        broker.onBackgroundWork { work in during(0...20) { work() } }
        for timers in [broker.timers, loopTimers] {
            timers.onEarlierDeadline { [self] deadline in fire(timers, at: deadline, process) }
            if let next = timers.fire(now: world.now) { fire(timers, at: next, process) }
        }
        world.note("start", Int64(process))
    }

    private func fire(_ timers: Timers, at deadline: Int64, _ process: Int) {
        world.at(deadline) { [self] in
            guard self.process == process, let next = timers.fire(now: world.now) else { return }
            fire(timers, at: next, process)
        }
    }

    /// Stops in order. A log that failed keeps it from being clean, which is no error here.
    func stop() {
        world.note("stop", Int64(process))
        let stopped = broker
        end()
        try? stopped?.shutDown(now: world.now)
    }

    /// The power fails: what was not synced is lost or not.
    func losePower() {
        world.note("power", Int64(process))
        end()
        disk = disk.crashed(using: &world.random)
    }

    private func end() {
        process += 1
        broker = nil
        let cut = links
        links = []
        for link in cut { link.end(reportedAfter: 1) }
    }

    func connect(_ link: Link) { links.append(link) }

    func forget(_ link: Link) { links.removeAll { $0 === link } }
}
