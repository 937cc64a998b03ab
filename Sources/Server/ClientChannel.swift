import Broker
import Host
import KafkaProtocol
import LogStorage
import Synchronization

/// One client's connection on its loop: hands frames to the broker and sends the replies in the order of the requests, whenever they come.
final class ClientChannel {
    /// Requests of one connection that may wait for their replies before nothing more is read from it.
    private static let maxWaiting = 512

    /// Where a reply arrives. One that comes while the request is being handled is taken up there; a later one from another thread is posted to the loop.
    private final class Slot: Sendable {
        private enum State: Sendable {
            case handling, waiting
            case done(Reply)
        }

        private let state = Mutex(State.handling)

        /// True when the loop must be told.
        func complete(_ reply: Reply) -> Bool {
            state.withLock { state in
                defer { state = .done(reply) }
                if case .waiting = state { return true }
                return false
            }
        }

        /// The handler has returned without a reply: from now on completion must tell the loop.
        func startWaiting() {
            state.withLock { if case .handling = $0 { $0 = .waiting } }
        }

        var reply: Reply? {
            state.withLock { if case .done(let reply) = $0 { reply } else { nil } }
        }
    }

    let connection: Connection
    private let client: ClientConnection
    private let broker: Broker
    private let loop: EventLoop
    private let log: OperatorLog
    private var slots: ArraySlice<Slot> = []
    private var isPaused = false
    /// Too many requests wait for their replies.
    private var isFull = false
    private var mutedUntil: Int64 = 0
    private var unmute: LoopTimer?

    init(connection: Connection, client: ClientConnection, broker: Broker, loop: EventLoop, log: OperatorLog) {
        self.connection = connection
        self.client = client
        self.broker = broker
        self.loop = loop
        self.log = log
    }

    func start(onClose: @escaping (ClientChannel) -> Void) {
        connection.onFrames = { [unowned self] _, frames in serve(frames) }
        connection.onClose = { [self] _, reason in
            tell(reason)
            unmute?.cancel()
            unmute = nil
            slots = []
            client.close()
            onClose(self)
        }
        connection.start()
    }

    private func tell(_ reason: CloseReason) {
        switch reason {
        case .frame, .tls, .systemError: log.warn(.connection, "the connection of \(client.name) was closed: \(reason)")
        case .fileEnded, .fileFailed: log.error(.disk, "the connection of \(client.name) was closed, for what it asked for cannot be read: \(reason)")
        case .local, .peerClosed, .peerReset: log.debug(.connection, "the connection of \(client.name) is over: \(reason)")
        }
    }

    private func serve(_ frames: [Bytes]) {
        let now = SystemClock.wallMs()
        for frame in frames {
            let slot = Slot()
            slots.append(slot)
            let channel = Weak(self)
            broker.handle(frame, from: client, now: now) { [loop] reply in
                guard slot.complete(reply) else { return }
                if loop.isOnThread { channel.value?.flush() } else { loop.post { channel.value?.flush() } }
            }
            slot.startWaiting()
            guard connection.isOpen else { return }
        }
        flush()
    }

    /// Sends every reply that is ready, up to the first that is not.
    private func flush() {
        while connection.isOpen, let slot = slots.first, let reply = slot.reply {
            slots.removeFirst()
            switch reply {
            case .frame(let pieces, let throttleMs):
                connection.send(pieces)
                mute(throttleMs)
            case .nothing(let throttleMs): mute(throttleMs)
            case .close(let reason):
                log.warn(.connection, "the connection of \(client.name) was closed: \(reason)")
                slots.removeAll()
                connection.close(afterFlush: true)
            }
        }
        guard connection.isOpen else { return }
        if slots.isEmpty { slots = [] }
        if slots.count > Self.maxWaiting { isFull = true } else if slots.count <= Self.maxWaiting / 2 { isFull = false }
        setReading()
    }

    /// Nothing is read from a client that has used more than its quota until the time that it was told is over (KIP-219).
    private func mute(_ ms: Int32) {
        guard ms > 0 else { return }
        let until = SystemClock.wallMs() + Int64(ms)
        guard until > mutedUntil else { return }
        mutedUntil = until
        unmute?.cancel()
        unmute = loop.schedule(afterMs: Int64(ms)) { [unowned self] in
            unmute = nil
            setReading()
        }
    }

    private func setReading() {
        let pauses = isFull || unmute != nil
        guard pauses != isPaused else { return }
        isPaused = pauses
        if pauses { connection.pauseReading() } else { connection.resumeReading() }
    }
}
