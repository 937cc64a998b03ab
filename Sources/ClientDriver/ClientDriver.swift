import Host
import KafkaClient
import KafkaProtocol

/// Drives a `ClientCore` on an event loop: opens the connections that the core asks for, sends what it says, hands it what arrives, and calls it when
/// one of its deadlines has come. Who runs the loop does not matter: a tool that pumps it while it waits (`ClientSession`), a thread of the client's
/// own (`ClientThread`), a loop of the broker that serves clients at the same time (`PeerClient`). Everything happens on the loop's thread.
public final class ClientDriver {
    /// What is driven. Whoever submits something to it sets its `now` before, and calls `turn` afterwards.
    public let core: ClientCore
    public let loop: EventLoop
    private let tls: TLSContext?
    private var sockets: [ConnectionID: Connection] = [:]
    private var connectors: [ConnectionID: Connector] = [:]
    private var events: [ClientCore.Event] = []
    private var isTurning = false
    private var timer: LoopTimer?
    private var timerDueMs: Int64 = 0
    /// Whether `close` was called.
    public private(set) var isClosed = false

    /// No timer is set for longer; the core is asked again then. In milliseconds.
    private static let longestTimerMs: Int64 = 3_600_000

    /// Connects to nothing yet.
    /// - Throws: a `.configuration` error, when what the `ssl.*` properties name cannot be used.
    public init(_ config: ClientConfig, on loop: EventLoop) throws(ClientError) {
        self.loop = loop
        tls = config.security.usesTLS ? try TLSContext.client(for: config.security.tls) : nil
        core = ClientCore(
            config: config, now: SystemClock.monotonicMs(), seed: UInt64(truncatingIfNeeded: SystemClock.monotonicNs()), crypto: ScramCrypto())
    }

    deinit { close() }

    /// Milliseconds of the clock that the core runs on.
    public var now: Int64 { SystemClock.monotonicMs() }

    /// Bytes handed over for sending that the system has not taken yet.
    public var pendingOutputBytes: Int { sockets.values.reduce(0) { $0 + $1.pendingBytes } }

    /// Hands the core what happened, does what it says, until neither has anything left, and sets the timer for what comes next. A call from within,
    /// by a completion, leaves the work to the turn that is under way.
    public func turn() {
        if isTurning { return }
        isTurning = true
        repeat {
            let happened = events
            events.removeAll(keepingCapacity: true)
            core.handle(happened, now: now)
            act()
        } while !events.isEmpty
        isTurning = false
        setTimer()
    }

    /// Fails what is pending (`.closed`) and closes the connections, once what was sent has left if the loop goes on running.
    public func close() {
        guard !isClosed else { return }
        isClosed = true
        timer?.cancel()
        timer = nil
        core.close()
        act()
    }

    /// Runs the loop until what was sent has left, for at most that long. For who pumps the loop and is about to end it: requests that no answer is
    /// awaited for (acks=0) would be lost otherwise.
    public func drain(ms: Int64) {
        let limit = now + ms
        while now < limit, pendingOutputBytes > 0 { loop.runOnce(timeoutMs: 10) }
    }

    // MARK: Time

    /// A timer that is early is left: a turn without anything to do costs less than a timer for each deadline that moves.
    private func setTimer() {
        guard !isClosed, let due = core.nextDeadline else { return }
        let now = now
        if let timer, timer.isPending, timerDueMs <= due { return }
        timer?.cancel()
        // At least a millisecond, so that a core which is never content still lets the loop serve sockets.
        let wait = min(max(1, due - now), Self.longestTimerMs)
        timerDueMs = now + wait
        timer = loop.schedule(afterMs: wait) { [weak self] in self?.turn() }
    }

    // MARK: Performing

    private func happened(_ event: ClientCore.Event) {
        events.append(event)
        turn()
    }

    private func act() {
        var written: [ConnectionID] = []
        for action in core.takeActions() {
            switch action {
            case .connect(let id, let host, let port): connect(id, host, port)
            case .send(let id, let pieces):
                sockets[id]?.send(pieces)
                if written.last != id { written.append(id) }
            case .close(let id):
                connectors.removeValue(forKey: id)?.cancel()
                if let socket = sockets.removeValue(forKey: id) {
                    socket.onFrames = nil
                    socket.onClose = nil
                    socket.close(afterFlush: isClosed)
                }
            }
        }
        // The loop would flush at the end of its next round; there is no reason to wait for it.
        for id in written { sockets[id]?.flush() }
    }

    private func connect(_ id: ConnectionID, _ host: String, _ port: Int) {
        var limits = ConnectionLimits(maxFrameBytes: core.config.maxResponseBytes, maxPendingBytes: 64 << 20)
        limits.buffers = SocketBuffers(send: core.config.sendBufferBytes, receive: core.config.receiveBufferBytes)
        let timeout = Int64(min(max(core.config.connectionSetupTimeoutMs, 1), 3_600_000))
        connectors[id] = Connector(loop: loop, host: host, port: port, tls: tls, limits: limits, timeoutMs: timeout) { [weak self] result in
            self?.connectEnded(id, result)
        }
    }

    private func connectEnded(_ id: ConnectionID, _ result: Result<Connection, ConnectFailure>) {
        connectors[id] = nil
        switch result {
        case .failure(let failure): happened(.disconnected(id, DisconnectReason(failure)))
        case .success(let socket):
            sockets[id] = socket
            socket.onFrames = { [weak self] _, frames in self?.happened(.received(id, frames)) }
            socket.onClose = { [weak self] _, reason in
                self?.sockets[id] = nil
                self?.happened(.disconnected(id, DisconnectReason(reason)))
            }
            happened(.connected(id))
        }
    }
}

extension DisconnectReason {
    init(_ failure: ConnectFailure) {
        switch failure.kind {
        case .refused: self = .refused
        case .unresolved: self = .unresolvable
        case .timedOut: self = .timedOut
        case .tlsHandshake(let text): self = .tls(text)
        case .unreachable(let text), .failed(let text): self = .other(text)
        }
    }

    init(_ reason: CloseReason) {
        switch reason {
        case .peerClosed, .peerReset, .local: self = .closedByPeer
        case .frame(let error) where error.looksLikeTLS: self = .other("the listener speaks TLS: set security.protocol to SSL or SASL_SSL")
        case .frame(let error) where error.looksLikeHTTP: self = .other("the listener speaks HTTP, not Kafka's protocol")
        case .frame(let error): self = .other("not Kafka's protocol: \(error)")
        case .tls(let error): self = .tls(error.description)
        case .fileEnded, .fileFailed, .systemError: self = .other(reason.description)
        }
    }
}
