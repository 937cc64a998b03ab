import Host
import KafkaClient
import KafkaProtocol

/// A blocking client for the tools: it drives a `ClientCore` with real sockets and the real clock on the calling thread.
/// Requests are sent with `send` and `sendAll` (see `RequestSender`); a producer or consumer attaches itself to `core` and is moved by `pump`.
public final class Session: RequestSender {
    public let core: ClientCore
    private let loop: EventLoop
    private let tls: TLSContext?
    /// True while a signal must not end waits: while the last offsets are committed and the group is left.
    public var ignoresInterrupts = false
    private let isInterrupted: () -> Bool
    private var sockets: [ConnectionID: Connection] = [:]
    private var connectors: [ConnectionID: Connector] = [:]
    private var events: [ClientCore.Event] = []
    private var isClosed = false
    /// Called while a request waits in vain, once for each reason that stays.
    var onObstacle: ((Obstacle) -> Void)?
    private var watch = ObstacleWatch(patienceMs: ObstacleWatch.callPatienceMs)

    /// How long one wait may last before the interrupt flag is looked at again, in milliseconds.
    private static let interruptCheckMs: Int64 = 100

    /// How long `close` waits for a peer to take what was sent, in milliseconds.
    private static let drainMs: Int64 = 5_000

    /// Connects to nothing yet.
    /// - Parameter isInterrupted: asked while waiting; when it turns true, waits end with an `.interrupted` error.
    /// - Throws: a `.configuration` error.
    public init(_ config: ClientConfig, isInterrupted: @escaping () -> Bool = { Interrupts.signalNumber != nil }) throws(ClientError) {
        do {
            loop = try EventLoop()
        } catch {
            throw ClientError(.configuration, message: "\(error)")
        }
        tls = config.security.usesTLS ? try TLSContext.client(for: config.security.tls) : nil
        self.isInterrupted = isInterrupted
        let now = SystemClock.monotonicMs()
        core = ClientCore(config: config, now: now, seed: UInt64(truncatingIfNeeded: SystemClock.monotonicNs()), crypto: ScramCrypto())
    }

    deinit { close() }

    /// Milliseconds of the clock that the core runs on.
    public var now: Int64 { SystemClock.monotonicMs() }

    /// Bytes handed over for sending that the system has not taken yet.
    public var pendingOutputBytes: Int { sockets.values.reduce(0) { $0 + $1.pendingBytes } }

    /// The administrator's calls.
    public var admin: Admin { Admin(self) }

    public func perform<R: Request>(
        _ targets: [Target], options: RequestOptions, build: @escaping (_ version: Int16, _ index: Int) -> R, retryCode: ((R.Response) -> ErrorCode)?
    ) -> [Result<R.Response, ClientError>] {
        var results: [Result<R.Response, ClientError>?] = targets.map { _ in nil }
        var missing = targets.count
        core.now = now
        let ids = targets.enumerated().map { index, target in
            core.submit(to: target, options: options, build: { build($0, index) }, retryCode: retryCode) { result in
                results[index] = result
                missing -= 1
            }
        }
        var interruption: ClientError?
        while missing > 0, interruption == nil {
            do throws(ClientError) {
                try pump(untilMs: .max)
                if missing > 0 { tell(core.obstacles(silentAfterMs: ObstacleWatch.silenceMs)) }
            } catch {
                interruption = error
            }
        }
        if let interruption {
            for id in ids { core.cancel(id) }
            return results.map { $0 ?? .failure(interruption) }
        }
        return results.map { $0 ?? .failure(ClientError(.closed, message: "The client is closed.")) }
    }

    private func tell(_ obstacles: @autoclosure () -> [Obstacle]) {
        guard let onObstacle else { return }
        for obstacle in watch.observe(obstacles(), now: now) { onObstacle(obstacle) }
    }

    public func pause(ms: Int, obstacles: [Obstacle]) throws(ClientError) {
        tell(obstacles)
        let until = now + Int64(ms)
        while now < until { try pump(untilMs: until) }
    }

    /// Does what is due, then waits for events until a time of `now`'s clock; returns as soon as anything happened.
    /// With a time that has passed it serves only what is ready, so a caller with work of its own may call it often.
    /// - Throws: `.interrupted`, or `.closed`.
    public func pump(untilMs deadline: Int64) throws(ClientError) {
        if isClosed { throw ClientError(.closed, message: "The client is closed.") }
        if !ignoresInterrupts, isInterrupted() { throw ClientError(.interrupted, message: "Interrupted.") }
        step()
        let now = now
        let until = min(deadline, core.nextDeadline ?? .max, now + Self.interruptCheckMs)
        loop.runOnce(timeoutMs: max(0, until - now))
        step()
    }

    /// Pumps until the condition holds (true) or the time has come (false).
    public func pump(untilMs deadline: Int64, until condition: () -> Bool) throws(ClientError) -> Bool {
        while !condition() {
            if now >= deadline { return false }
            try pump(untilMs: deadline)
        }
        return true
    }

    /// Closes the connections. What is pending fails, as do further calls.
    public func close() {
        if isClosed { return }
        isClosed = true
        drain()
        core.close()
        act()
        loop.close()
    }

    /// Lets what was sent without an answer to wait for (acks=0) leave.
    private func drain() {
        let limit = now + Self.drainMs
        while now < limit, sockets.values.contains(where: { $0.pendingBytes > 0 }) { loop.runOnce(timeoutMs: 10) }
    }

    // MARK: Performing

    /// Hands the core what happened and does what it says, until neither has anything left.
    private func step() {
        repeat {
            let happened = events
            events.removeAll(keepingCapacity: true)
            core.handle(happened, now: now)
            act()
        } while !events.isEmpty
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
        case .failure(let failure): events.append(.disconnected(id, DisconnectReason(failure)))
        case .success(let socket):
            sockets[id] = socket
            socket.onFrames = { [weak self] _, frames in self?.events.append(.received(id, frames)) }
            socket.onClose = { [weak self] _, reason in
                self?.sockets[id] = nil
                self?.events.append(.disconnected(id, DisconnectReason(reason)))
            }
            events.append(.connected(id))
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
