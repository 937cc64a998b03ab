import Broker
import Coordination
import Host
import KafkaProtocol
import LogStorage
import Synchronization

/// A broker with everything it needs of the operating system: listeners, an event loop per thread, a thread that syncs, one that cleans, signals.
public final class Server {
    private let options: ServerOptions
    private let log: OperatorLog
    private let main: EventLoop
    private var workers: [Worker] = []
    private var listeners: [Listener] = []
    /// Where clients on this machine can connect, a row per listener.
    private var reachable: [ServerOptions.Address] = []
    private var accepted: UInt64 = 0
    private var fire: LoopTimer?

    /// - Parameter writeLine: takes one line for the operator, without its end, from any thread
    public init(options: ServerOptions, writeLine: @escaping @Sendable (String) -> Void) throws {
        self.options = options
        log = OperatorLog(level: options.logLevel, clock: { SystemClock.wallMs() }) { entry in
            writeLine("[\(SystemClock.logText(wallMs: entry.timeMs))] \(entry.level.name) \(entry.text) (\(entry.kind.rawValue))")
        }
        main = try EventLoop()
    }

    /// Runs until SIGTERM or SIGINT; `ready` gets the banner once clients can connect.
    public func run(ready: (String) -> Void) throws {
        ProcessLimits.raiseOpenFiles()
        ProcessLimits.returnLargeBlocks()
        var settings = BrokerSettings(properties: options.properties)
        settings.dataDirectory = options.dataDirectory
        settings.durability = options.isEphemeral ? .memory : options.durability
        settings.seed = options.seed
        settings.clock = { SystemClock.wallMs() }
        settings.log = log
        settings.nodeId = Int32(clamping: settings.text("node.id").flatMap { Int64($0) }.map { $0 < 0 ? 1 : $0 } ?? 1)
        for warning in options.warnings { log.warn(.configuration, warning) }
        do {
            for key in try settings.validate() { log.warn(.configuration, "the configuration key \(key) is not known and has no effect") }
        } catch {
            throw ServerError("invalid configuration: \(error)")
        }

        let queue = AcceptQueue()
        settings.endpoints = try bind(queue)
        let disk: any Disk = options.isEphemeral ? MemoryDisk() : FileDisk()
        let broker = try openBroker(settings, disk)
        try createTopics(broker)

        let syncing = try Worker(name: "ottla-sync", broker: broker)
        let maintenance = try Worker(name: "ottla-clean", broker: broker)
        let count = max(1, options.loops ?? Thread.coreCount)
        // The first loop also accepts, keeps the time and hears signals.
        workers = try [Worker(loop: main, broker: broker)] + (1..<count).map { try Worker(name: "ottla-loop-\($0)", broker: broker) }
        broker.commits.onWork { syncing.loop.post { broker.commits.drain() } }
        broker.onBackgroundWork { work in maintenance.loop.post(work) }
        keepTime(broker)
        let signals = try [Signal.terminate, Signal.interrupt].map { signal in try main.onSignal(signal) { [main] in main.stop() } }
        queue.open { [unowned self] descriptor, peer, listener in self.accept(descriptor, peer, listener, settings) }

        if let file = options.readyFile, let first = reachable.first { try FileDisk().writeFile(file, Bytes("\(first)\n")) }
        ready(banner(settings))
        main.run()

        for signal in signals { signal.cancel() }
        for listener in listeners { listener.close() }
        for worker in workers { worker.stop() }
        fire?.cancel()
        main.close()
        maintenance.stop()
        syncing.stop()
        try broker.shutDown(now: SystemClock.wallMs())
        log.flush()
    }

    private func openBroker(_ settings: BrokerSettings, _ disk: any Disk) throws -> Broker {
        do {
            return try Broker(settings: settings, disk: disk, now: SystemClock.wallMs())
        } catch {
            throw ServerError("cannot open the data directory \(options.dataDirectory): \(error)")
        }
    }

    private func banner(_ settings: BrokerSettings) -> String {
        let addresses = zip(reachable, settings.endpoints).map { address, endpoint in
            endpoint.address == address.description ? endpoint.address : "\(address) (advertised as \(endpoint.address))"
        }.joined(separator: ", ")
        let kept =
            switch settings.durability {
            case .fsync: "data in \(options.dataDirectory), durability fsync (acks=all waits for the disk)"
            case .os: "data in \(options.dataDirectory), durability os (acks=all trusts the page cache)"
            case .memory: "data in memory, durability none"
            }
        return "ottla \(options.version) is ready on \(addresses); \(kept)"
    }

    // MARK: Listening

    /// Binds every listener, so that ports are known (and taken) before the broker starts; connections wait until it has.
    private func bind(_ queue: AcceptQueue) throws -> [Endpoint] {
        var endpoints: [Endpoint] = []
        for (index, options) in options.listeners.enumerated() {
            do throws(SystemError) {
                let (host, port) = (options.address.host, options.address.port)
                let listener = try Listener(loop: main, host: host, port: port) { descriptor, peer in queue.take(descriptor, peer, index) }
                listeners.append(listener)
                // The wildcard address is no address for a client.
                let isWildcard = ["0.0.0.0", "::"].contains(listener.address.host)
                let address = ServerOptions.Address(host: isWildcard ? "localhost" : host, port: listener.boundPort)
                reachable.append(address)
                var advertised = options.advertised ?? address
                if advertised.host.isEmpty { advertised.host = address.host }
                if advertised.port == 0 { advertised.port = address.port }
                endpoints.append(Endpoint(listener: options.name, host: advertised.host, port: UInt16(clamping: advertised.port)))
            } catch {
                throw ServerError("cannot listen on \(options.address): \(error.reason)")
            }
        }
        return endpoints
    }

    private var unfinishedFrames: UnfinishedFrames?

    private func accept(_ descriptor: Int32, _ peer: SocketAddress, _ listener: Int, _ settings: BrokerSettings) {
        accepted += 1
        let client = ClientConnection(id: accepted, listener: settings.endpoints[listener].listener, peerHost: "/\(peer.host)")
        let idle = settings.int("connections.max.idle.ms")
        let limits = ConnectionLimits(
            maxFrameBytes: Int(settings.int("socket.request.max.bytes")), unfinished: unfinished(settings), maxIdleMs: idle < 0 ? nil : idle)
        let worker = workers[Int(accepted % UInt64(workers.count))]
        let log = log
        worker.loop.post { worker.adopt(descriptor, peer, client, limits, log) }
    }

    /// `queued.max.request.bytes`, or room for one request of the largest size.
    private func unfinished(_ settings: BrokerSettings) -> UnfinishedFrames {
        if let known = unfinishedFrames { return known }
        let asked = settings.int("queued.max.request.bytes")
        let frames = UnfinishedFrames(limit: Int(max(asked, settings.int("socket.request.max.bytes"))))
        unfinishedFrames = frames
        return frames
    }

    // MARK: Time and topics

    /// One timer of the main loop follows the broker's earliest deadline.
    private func keepTime(_ broker: Broker) {
        let arm = Box<(Int64?) -> Void> { _ in }
        arm.value = { [unowned self] deadline in
            self.fire?.cancel()
            self.fire = deadline.map { deadline in
                self.main.schedule(afterMs: max(0, deadline - SystemClock.wallMs())) { arm.value(broker.timers.fire(now: SystemClock.wallMs())) }
            }
        }
        let main = main
        broker.timers.onEarlierDeadline { _ in main.post { arm.value(broker.timers.fire(now: SystemClock.wallMs())) } }
        arm.value(broker.timers.fire(now: SystemClock.wallMs()))
    }

    private func createTopics(_ broker: Broker) throws {
        for topic in options.topics {
            if let failure = broker.metadata.createTopicAtStart(topic.name, partitions: topic.partitions, now: SystemClock.wallMs()) {
                throw ServerError("cannot create the topic \(topic.name): \(failure)")
            }
        }
    }
}

/// A reference to a value that is only used on one thread.
private final class Box<Value>: @unchecked Sendable {
    var value: Value
    init(_ value: Value) { self.value = value }
}

/// Holds connections that arrive while the broker is still opening its data.
private final class AcceptQueue {
    private var waiting: [(Int32, SocketAddress, Int)] = []
    private var handler: ((Int32, SocketAddress, Int) -> Void)?

    func take(_ descriptor: Int32, _ peer: SocketAddress, _ listener: Int) {
        if let handler { handler(descriptor, peer, listener) } else { waiting.append((descriptor, peer, listener)) }
    }

    func open(_ handler: @escaping (Int32, SocketAddress, Int) -> Void) {
        self.handler = handler
        for (descriptor, peer, listener) in waiting { handler(descriptor, peer, listener) }
        waiting = []
    }
}

/// An event loop, its thread (but for the main loop) and the connections that live on it.
final class Worker: @unchecked Sendable {
    // Unchecked: `channels` is confined to the loop's thread.
    let loop: EventLoop
    private let broker: Broker
    private var thread: Thread?
    private var channels: [ObjectIdentifier: ClientChannel] = [:]

    init(loop: EventLoop, broker: Broker) {
        self.loop = loop
        self.broker = broker
    }

    convenience init(name: String, broker: Broker) throws {
        let loop = try EventLoop()
        self.init(loop: loop, broker: broker)
        thread = try Thread.spawn(name: name) { loop.run() }
    }

    func adopt(_ descriptor: Int32, _ peer: SocketAddress, _ client: ClientConnection, _ limits: ConnectionLimits, _ log: OperatorLog) {
        let connection = Connection(loop: loop, descriptor: descriptor, peer: peer, limits: limits)
        let channel = ClientChannel(connection: connection, client: client, broker: broker, loop: loop, log: log)
        channels[ObjectIdentifier(channel)] = channel
        channel.start { [weak self] channel in self?.channels[ObjectIdentifier(channel)] = nil }
    }

    /// Sends what is ready, closes the connections and ends the thread.
    func stop() {
        if let thread {
            loop.post { [self] in
                for channel in Array(channels.values) { channel.connection.flush(); channel.connection.close() }
                loop.stop()
            }
            thread.join()
            loop.close()
        } else {
            for channel in Array(channels.values) { channel.connection.flush(); channel.connection.close() }
        }
    }
}
