import Broker
import Coordination
import Host
import KafkaProtocol
import LogStorage
import Synchronization
import Vocabulary

/// A broker with everything it needs of the operating system: listeners, an event loop per thread, a thread that syncs, one that cleans, signals.
public final class Server {
    private let options: ServerOptions
    private let log: OperatorLog
    private let main: EventLoop
    /// When the program began, which makes a server at once (ms since 1970).
    private let startedMs = SystemClock.wallMs()
    private var workers: [Worker] = []
    private var listeners: [Listener] = []
    /// Where clients on this machine can connect, a row per listener.
    private var reachable: [HostPort] = []
    private var accepted: UInt64 = 0
    private var quota = ConnectionQuota()
    private var limits = ConnectionLimitsInForce(capacity: .max)
    /// The broker's place in a cluster of several; nil in one of its own.
    private var member: ClusterMember?
    /// For what may take its time.
    private var background: EventLoop?
    private var quotaTimer: LoopTimer?
    /// Connections that were accepted before it was known that there is no room for them.
    private var held: [(descriptor: Int32, peer: SocketAddress, listener: Int)] = []
    /// Why the node must stop.
    private let fatal = Shared<String?>(nil)
    /// Why the broker is not in its cluster, or no longer, when nobody asked for that.
    private let leaving = Shared<String?>(nil)
    /// A file whose sync takes long leaves the others two. With more, 64 busy partitions got half of what they get with three: less is synced at once then.
    private static let syncThreads = 3
    private static let workThreads = 2
    /// How long clients are kept waiting at a start for coordinators that read their logs.
    private static let loadingMs: Int64 = 1000

    /// - Parameter writeLine: takes one line for the operator, without its end, from any thread
    public init(options: ServerOptions, writeLine: @escaping @Sendable (String) -> Void) throws {
        self.options = options
        log = OperatorLog(level: options.logLevel, clock: { SystemClock.wallMs() }) { entry in
            writeLine("[\(SystemClock.logText(wallMs: entry.timeMs))] \(entry.level.name) \(entry.text) (\(entry.kind.rawValue))")
        }
        main = try EventLoop()
    }

    /// Runs until SIGTERM or SIGINT; `ready` gets the banner once clients can connect.
    public func run(ready: @escaping (String) -> Void) throws {
        ProcessLimits.raiseOpenFiles()
        ProcessLimits.returnLargeBlocks()
        limits = ConnectionLimitsInForce(capacity: ProcessLimits.connections)
        var settings = try checkedSettings()
        let queue = AcceptQueue()
        settings.endpoints = try bind(queue, settings)
        let blocking = try WorkerQueue(name: "ottla-work", count: Self.workThreads)
        settings.blocking = { blocking.run($0) }
        let disk: any Disk = options.isEphemeral ? MemoryDisk() : FileDisk()
        let broker = try openBroker(settings, disk)
        try createTopics(broker)

        // One file's sync may take long; the others do not wait for it.
        let syncing = try WorkerQueue(name: "ottla-sync", count: Self.syncThreads)
        let metadata = try LoopThread(name: "ottla-metadata")
        let maintenance = try LoopThread(name: "ottla-clean")
        let count = max(1, options.loops ?? Thread.coreCount)
        // The first loop also accepts, keeps the time and hears signals.
        workers = try [Worker(loop: main, broker: broker)] + (1..<count).map { try Worker(name: "ottla-loop-\($0)", broker: broker) }
        broker.commits.onWork { syncing.run { broker.commits.drainOne() } }
        broker.metadata.onWork { metadata.loop.post { broker.metadata.drain() } }
        broker.metadata.onFatal { [main, fatal] reason in
            fatal.withLock { $0 = reason }
            main.post { main.stop() }
        }
        broker.onBackgroundWork { work in maintenance.loop.post(work) }
        background = maintenance.loop
        let deadlines = LoopDeadlines(broker.timers, on: main)
        let signals = try [Signal.terminate, Signal.interrupt].map { signal in
            try main.onSignal(signal) { [unowned self] in if let member { member.stop() } else { main.stop() } }
        }
        try startQuota(broker)
        let metrics = try serveMetrics(of: broker)

        let serve = { [unowned self] in queue.open { descriptor, peer, listener in self.accept(descriptor, peer, listener, broker) } }
        // A member has nothing to say to clients before it knows its cluster.
        if settings.quorum == nil { serve() }

        // Groups whose logs are short answer from the first request on; those of long ones say that they are being read.
        blocking.wait(ms: Self.loadingMs)
        if let quorum = settings.quorum {
            try join(quorum, broker) { [unowned self] in
                serve()
                tellReady(settings, ready)
            }
        } else {
            tellReady(settings, ready)
        }
        main.run()

        metrics?.close()
        member?.close()
        for signal in signals { signal.cancel() }
        for listener in listeners { listener.close() }
        for worker in workers { worker.stop() }
        deadlines.cancel()
        quotaTimer?.cancel()
        for connection in held { closeSocket(connection.descriptor) }
        main.close()
        background = nil
        blocking.stop()
        metadata.stop()
        maintenance.stop()
        syncing.stop()
        if let reason = fatal.withLock({ $0 }) { throw ServerError("this node cannot go on: \(reason)") }
        try broker.shutDown(now: SystemClock.wallMs())
        log.flush()
        if let reason = leaving.withLock({ $0 }) { throw ServerError("this broker is no member of its cluster: \(reason)") }
    }

    /// What the options ask for. What the operator should know of it is said.
    private func checkedSettings() throws -> BrokerSettings {
        var settings = BrokerSettings(properties: options.properties)
        // Clients name directories by their whole paths.
        settings.dataDirectories = options.isEphemeral ? options.dataDirectories : options.dataDirectories.map(Self.absolute)
        settings.metadataDirectory = options.metadataDirectory.map(Self.absolute)
        settings.quorum = options.quorum
        settings.durability = options.isEphemeral ? .memory : options.durability
        settings.seed = options.seed
        settings.clock = { SystemClock.wallMs() }
        settings.log = log
        settings.nodeId = Int32(clamping: settings.text("node.id").flatMap { Int64($0) }.map { $0 < 0 ? 1 : $0 } ?? 1)
        for warning in options.warnings { log.warn(.configuration, warning) }
        do {
            for remark in try settings.validate() { log.warn(.configuration, remark) }
        } catch {
            throw ServerError("invalid configuration: \(error)")
        }
        return settings
    }

    private static func absolute(_ path: String) -> String {
        let whole = path.hasPrefix("/") ? path : "\(Surroundings.currentDirectory)/\(path)"
        return "/" + whole.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }

    private func serveMetrics(of broker: Broker) throws -> MetricsEndpoint? {
        guard let asked = options.metrics else { return nil }
        let metrics = try MetricsEndpoint(at: asked, broker, version: options.version, startedMs: startedMs)
        log.info(.connection, "measures are at http://\(metrics.address)/metrics")
        return metrics
    }

    private func tellReady(_ settings: BrokerSettings, _ ready: (String) -> Void) {
        do {
            if let file = options.readyFile, let first = reachable.first { try FileDisk().writeFile(file, Bytes("\(first)\n")) }
        } catch {
            fatal.withLock { $0 = "the file \(options.readyFile ?? "") cannot be written: \(error)" }
            return main.stop()
        }
        ready(banner(settings))
    }

    /// Joins a cluster; `ready` follows on the main loop when that lets this broker serve.
    private func join(_ quorum: QuorumConfig, _ broker: Broker, ready: @escaping () -> Void) throws {
        let onReady = Once(ready)
        member = try ClusterMember(quorum, broker, version: options.version, seed: options.seed, log: log) { [main] in
            main.post { onReady.call() }
        } onEnd: { [main, leaving] reason in
            leaving.withLock { $0 = reason }
            main.post { main.stop() }
        }
        member?.start()
    }

    /// What the main loop does once, carried there by another thread.
    private final class Once: @unchecked Sendable {
        private var body: (() -> Void)?
        init(_ body: @escaping () -> Void) { self.body = body }

        func call() {
            body?()
            body = nil
        }
    }

    private func openBroker(_ settings: BrokerSettings, _ disk: any Disk) throws -> Broker {
        do {
            return try Broker(settings: settings, disk: disk, now: SystemClock.wallMs())
        } catch {
            let places = options.dataDirectories.count > 1 ? "one of the data directories" : "the data directory"
            throw ServerError("cannot open \(places) \(options.dataDirectories.joined(separator: ", ")): \(error)")
        }
    }

    private func banner(_ settings: BrokerSettings) -> String {
        let addresses = zip(reachable, settings.endpoints).map { address, endpoint in
            endpoint.address == address.description ? endpoint.address : "\(address) (advertised as \(endpoint.address))"
        }.joined(separator: ", ")
        let places = options.dataDirectories.joined(separator: ", ")
        let kept =
            switch settings.durability {
            case .fsync: "data in \(places), durability fsync (acks=all waits for the disk)"
            case .os: "data in \(places), durability os (acks=all trusts the page cache)"
            case .memory: "data in memory, durability none"
            }
        return "ottla \(options.version) is ready on \(addresses); \(kept)"
    }

    // MARK: Listening

    /// Binds every listener, so that ports are known (and taken) before the broker starts; connections wait until it has.
    private func bind(_ queue: AcceptQueue, _ settings: BrokerSettings) throws -> [Endpoint] {
        var endpoints: [Endpoint] = []
        // Kafka's defaults (50 and 100 KiB) suit a broker of 2011; unless they are asked for, the system sizes the buffers by what it measures.
        func asked(_ key: String, _ value: Int64) -> Int? { settings.properties[key] == nil || value < 0 ? nil : Int(value) }
        let backlog = asked("socket.listen.backlog.size", settings.int("socket.listen.backlog.size")) ?? 1024
        let buffers = SocketBuffers(
            send: asked("socket.send.buffer.bytes", settings.int("socket.send.buffer.bytes")),
            receive: asked("socket.receive.buffer.bytes", settings.int("socket.receive.buffer.bytes")))
        for (index, options) in options.listeners.enumerated() {
            do throws(SystemError) {
                let (host, port) = (options.address.host, options.address.port)
                let listener = try Listener(loop: main, host: host, port: port, backlog: backlog, buffers: buffers) { descriptor, peer in
                    queue.take(descriptor, peer, index)
                }
                let name = options.name
                listener.onError = { [log] code in
                    log.error(.accept, "connections to \(name) (\(options.address)) cannot be accepted for now: \(SystemError.text(code))")
                }
                listeners.append(listener)
                // The wildcard address is no address for a client.
                let isWildcard = ["0.0.0.0", "::"].contains(listener.address.host)
                let address = HostPort(host: isWildcard ? "localhost" : host, port: listener.boundPort)
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

    private func accept(_ descriptor: Int32, _ peer: SocketAddress, _ listener: Int, _ broker: Broker) {
        let settings = broker.settings
        let (name, address) = (settings.endpoints[listener].listener, peer.host)
        refreshLimits(broker)
        guard quota.hasRoom(name, limits.limits) else {
            held.append((descriptor, peer, listener))
            return applyQuota(broker)
        }
        let counted = ConnectionQuota.address(peer)
        if let limit = quota.open(name, counted, limits.limits) {
            log.info(.accept, "rejected a connection from /\(address) on \(name): the address has its configured maximum of \(limit) already")
            return closeSocket(descriptor)
        }
        applyQuota(broker)
        accepted += 1
        let worker = workers[Int(accepted % UInt64(workers.count))]
        let client = ClientConnection(
            id: accepted, listener: name, peerHost: "/\(address)", peerAddress: peer.bytes, place: "\(peer) on \(name) (port \(reachable[listener].port))",
            loop: worker.connectionLoop)
        let idle = settings.int("connections.max.idle.ms")
        let limits = ConnectionLimits(
            maxFrameBytes: Int(settings.int("socket.request.max.bytes")), unfinished: unfinished(settings), maxIdleMs: idle < 0 ? nil : idle)
        let log = log
        let (main, server) = (main, Weak(self))
        worker.loop.post {
            worker.adopt(descriptor, peer, client, limits, log) {
                main.post {
                    server.value?.quota.close(name, counted)
                    server.value?.applyQuota(broker)
                }
            }
        }
    }

    /// `max.connections.per.ip.overrides` may name hosts, and at the start they must have addresses.
    private func startQuota(_ broker: Broker) throws {
        limits.refresh(broker.metadata.configs, listeners: broker.settings.endpoints.map(\.listener))
        limits.resolved(ConnectionLimitsInForce.lookUp(limits.takeUnresolved()))
        if let host = limits.unknownHosts.first { throw ServerError("max.connections.per.ip.overrides: the host \(host) has no address") }
        applyQuota(broker)
    }

    /// Takes over changed limits. Names of hosts are looked up on another thread.
    private func refreshLimits(_ broker: Broker) {
        limits.refresh(broker.metadata.configs, listeners: broker.settings.endpoints.map(\.listener))
        let hosts = limits.takeUnresolved()
        guard !hosts.isEmpty, let background else { return }
        let (main, server) = (main, Weak(self))
        background.post {
            let found = ConnectionLimitsInForce.lookUp(hosts)
            main.post {
                server.value?.limits.resolved(found)
                server.value?.applyQuota(broker)
            }
        }
    }

    /// Lets the listeners accept, or leaves who connects in the backlog while there are as many connections as there may be.
    private func applyQuota(_ broker: Broker) {
        while let index = held.firstIndex(where: { quota.hasRoom(broker.settings.endpoints[$0.listener].listener, limits.limits) }) {
            let next = held.remove(at: index)
            accept(next.descriptor, next.peer, next.listener, broker)
        }
        for (listener, endpoint) in zip(listeners, broker.settings.endpoints) {
            let isFull = !quota.hasRoom(endpoint.listener, limits.limits)
            if isFull && !listener.isPaused {
                if limits.isBoundByDescriptors {
                    log.warn(
                        .accept,
                        "\(endpoint.listener) takes no more connections than \(limits.capacity), which its limit of \(ProcessLimits.openFiles) descriptors allows: "
                            + "others wait until one of them ends")
                } else {
                    log.info(.accept, "\(endpoint.listener) has as many connections as max.connections allows: others wait until one of them ends")
                }
            }
            listener.isPaused = isFull
        }
        if !listeners.contains(where: \.isPaused) {
            quotaTimer?.cancel()
            quotaTimer = nil
        } else if quotaTimer == nil {
            // A limit that is raised lets those in who wait.
            quotaTimer = main.schedule(afterMs: 500, repeatMs: 500) { [unowned self, broker] in
                refreshLimits(broker)
                applyQuota(broker)
            }
        }
    }

    /// `queued.max.request.bytes`, or room for one request of the largest size.
    private func unfinished(_ settings: BrokerSettings) -> UnfinishedFrames {
        if let known = unfinishedFrames { return known }
        let asked = settings.int("queued.max.request.bytes")
        let frames = UnfinishedFrames(limit: Int(max(asked, settings.int("socket.request.max.bytes"))))
        unfinishedFrames = frames
        return frames
    }

    // MARK: Topics

    private func createTopics(_ broker: Broker) throws {
        for topic in options.topics {
            if let failure = broker.metadata.createTopicAtStart(topic.name, partitions: topic.partitions) {
                throw ServerError("cannot create the topic \(topic.name): \(failure)")
            }
        }
    }
}

/// A weak reference that may cross threads; it is only looked into on the loop that its object belongs to.
struct Weak<Value: AnyObject>: @unchecked Sendable {
    weak var value: Value?
    init(_ value: Value) { self.value = value }
}

/// A value that threads share.
private final class Shared<Value: Sendable>: Sendable {
    private let value: Mutex<Value>
    init(_ value: Value) { self.value = Mutex(value) }
    func withLock<R: Sendable>(_ body: (inout sending Value) -> sending R) -> R { value.withLock(body) }
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
