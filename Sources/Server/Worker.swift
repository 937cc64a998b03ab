import Broker
import Host
import KafkaProtocol
import LogStorage

/// An event loop, its thread (but for the main loop) and the connections that live on it.
final class Worker: @unchecked Sendable {
    // Unchecked: `channels` is confined to the loop's thread.
    let loop: EventLoop
    /// The loop as the broker knows it, with the deadlines of what its connections wait for.
    let connectionLoop: ConnectionLoop
    private let deadlines: LoopDeadlines
    private let broker: Broker
    private var thread: LoopThread?
    private var channels: [ObjectIdentifier: ClientChannel] = [:]

    init(loop: EventLoop, broker: Broker) {
        self.loop = loop
        self.broker = broker
        connectionLoop = ConnectionLoop(timers: Timers()) { loop.post($0) }
        deadlines = LoopDeadlines(connectionLoop.timers, on: loop)
    }

    convenience init(name: String, broker: Broker) throws {
        let thread = try LoopThread(name: name)
        self.init(loop: thread.loop, broker: broker)
        self.thread = thread
    }

    func adopt(
        _ descriptor: Int32, _ peer: SocketAddress, _ client: ClientConnection, _ limits: ConnectionLimits, _ log: OperatorLog,
        onClose: @escaping @Sendable () -> Void
    ) {
        let connection = Connection(loop: loop, descriptor: descriptor, peer: peer, limits: limits)
        let channel = ClientChannel(connection: connection, client: client, broker: broker, loop: loop, log: log)
        channels[ObjectIdentifier(channel)] = channel
        channel.start { [weak self] channel in
            self?.channels[ObjectIdentifier(channel)] = nil
            onClose()
        }
    }

    /// Sends what is ready, closes the connections and ends the thread.
    func stop() {
        if let thread {
            thread.loop.post { [self] in closeAll() }
            thread.stop()
        } else {
            closeAll()
        }
    }

    private func closeAll() {
        deadlines.cancel()
        for channel in Array(channels.values) {
            channel.connection.flush()
            channel.connection.close()
        }
    }
}

/// An event loop on a thread of its own, for what must not hold up the loops that serve clients.
final class LoopThread: Sendable {
    let loop: EventLoop
    private let thread: Thread

    init(name: String) throws {
        let loop = try EventLoop()
        self.loop = loop
        thread = try Thread.spawn(name: name) { loop.run() }
    }

    /// Does what was posted, and ends the thread.
    func stop() {
        loop.post { [loop] in loop.stop() }
        thread.join()
        loop.close()
    }
}
