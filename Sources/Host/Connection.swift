import CLibUV
import KafkaProtocol

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Why a connection ended.
public enum CloseReason: Error, Sendable, Equatable {
    /// This side closed it.
    case local
    /// The peer closed it in order.
    case peerClosed
    /// The peer went away without a word.
    case peerReset
    /// What arrived is not frames.
    case frame(FrameError)
    case tls(TLSError)
    /// A file ended before the range that was promised to the peer.
    case fileEnded
    /// A file that was promised to the peer could not be read; what and why.
    case fileFailed(String)
    /// Another failure of the system; its `errno`.
    case systemError(Int32)
}

extension CloseReason: CustomStringConvertible {
    public var description: String {
        switch self {
        case .local: "closed"
        case .peerClosed: "closed by the peer"
        case .peerReset: "reset by the peer"
        case .frame(let error): error.description
        case .tls(let error): error.description
        case .fileEnded: "a file is shorter than its range"
        case .fileFailed(let reason): reason
        case .systemError(let code): SystemError.text(code)
        }
    }
}

/// Sizes of the system's buffers of a connection, in bytes; nil leaves one to the system, which adapts it.
public struct SocketBuffers: Sendable {
    public var send: Int?
    public var receive: Int?

    public init(send: Int? = nil, receive: Int? = nil) {
        self.send = send
        self.receive = receive
    }

    /// Before the socket is connected: the window that is offered to a peer depends on it.
    func set(on descriptor: Int32) {
        for (option, bytes) in [(SO_SNDBUF, send), (SO_RCVBUF, receive)] {
            guard let bytes else { continue }
            var value = Int32(clamping: bytes)
            setsockopt(descriptor, SOL_SOCKET, option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
    }
}

/// Bounds of a connection, in bytes.
public struct ConnectionLimits: Sendable {
    /// The largest frame that is accepted (`socket.request.max.bytes`).
    public var maxFrameBytes: Int
    /// With more than this unsent, nothing more is read; reading goes on when half of it has left.
    public var maxPendingBytes: Int
    /// Only for connections that this side opens; those that a listener accepts have its sizes.
    public var buffers = SocketBuffers()
    /// Shared by the connections of a server; nil for no such bound.
    public var unfinished: UnfinishedFrames?
    /// A connection on which nothing has moved for longer is closed (`connections.max.idle.ms`); nil for never.
    public var maxIdleMs: Int64?

    public init(maxFrameBytes: Int = 100 << 20, maxPendingBytes: Int = 8 << 20, unfinished: UnfinishedFrames? = nil, maxIdleMs: Int64? = nil) {
        self.maxFrameBytes = maxFrameBytes
        self.unfinished = unfinished
        self.maxPendingBytes = maxPendingBytes
        self.maxIdleMs = maxIdleMs
    }
}

/// A connected socket on its loop: it splits what arrives into frames and sends replies in order. Everything happens on the loop's thread.
public final class Connection: LoopHandle, @unchecked Sendable {
    /// The other side.
    public let peer: SocketAddress
    public let limits: ConnectionLimits
    /// The address of this side.
    public let local: SocketAddress?

    /// Gets the frames of one read, without their length prefixes, in order. They share memory: keep a `compacted()` copy of what must live long.
    /// Replies sent inside leave together at the end of the loop's round.
    public var onFrames: ((Connection, [Bytes]) -> Void)?
    /// Called once when the connection can be used: at `start`, or after the TLS handshake.
    public var onReady: ((Connection) -> Void)?
    /// Called once at the end, also after a local close. All callbacks are dropped then.
    public var onClose: ((Connection, CloseReason) -> Void)?
    /// Called when the output has fallen to half of `maxPendingBytes` after it was above it.
    public var onDrain: ((Connection) -> Void)?

    private var descriptor: Int32
    private var handle: UnsafeMutablePointer<uv_poll_t>?
    private let tls: TLSSession?
    private let isTLS: Bool
    private var reader: FrameReader
    private var output = OutputQueue()
    private var interest: Int32 = 0
    private var handshakeWantsWrite = false
    private var outputIsBlocked = false
    private var isFlushScheduled = false
    private var isPausedByOwner = false
    private var isPausedByOutput = false
    private var closesAfterFlush = false
    private var isInsideRead = false
    private var idleTimer: LoopTimer?

    /// False once it is closed.
    public private(set) var isOpen = true
    /// Whether frames may be exchanged: open, and the TLS handshake is over.
    public private(set) var isReady = false
    /// When bytes last arrived or left: the loop's `roundTimeMs`.
    public private(set) var lastActiveMs: Int64

    /// Takes over a connected, non-blocking socket; the connection closes it. Nothing happens before `start`.
    public init(loop: EventLoop, descriptor: Int32, peer: SocketAddress, transport: Transport = .plain, limits: ConnectionLimits = ConnectionLimits()) {
        self.descriptor = descriptor
        self.peer = peer
        self.limits = limits
        local = SocketAddress.bound(descriptor)
        if case .plain = transport { isTLS = false } else { isTLS = true }
        tls = TLSSession(transport, descriptor: descriptor)
        reader = FrameReader(maxFrameBytes: limits.maxFrameBytes, unfinished: limits.unfinished)
        lastActiveMs = loop.roundTimeMs
        super.init(loop: loop)
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        // A peer whose machine vanished is found out in the end.
        setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { if descriptor >= 0 { closeDescriptor(descriptor) } }

    /// Begins to read (after the TLS handshake, if there is one). Set the callbacks before.
    public func start() {
        guard isOpen, handle == nil else { return }
        do {
            handle = try makeHandle(uv_poll_t.self) { uv_poll_init($0, $1, descriptor) }
        } catch {
            return finish(.systemError(error.code))
        }
        closeWhenIdle()
        guard isOpen else { return }
        guard isTLS else { return becomeReady() }
        guard tls != nil else { return finish(.tls(TLSError.current("TLS cannot be used"))) }
        shakeHands()
    }

    private func becomeReady() {
        isReady = true
        let then = onReady
        onReady = nil
        then?(self)
        updateInterest()
        if !output.isEmpty { scheduleFlush() }
    }

    // MARK: Sending

    /// Bytes that are accepted and have not left.
    public var pendingBytes: Int { output.pendingBytes }

    /// Whether more should be sent now; a fuller queue still takes everything.
    public var isWritable: Bool { isOpen && output.pendingBytes < limits.maxPendingBytes }

    /// Queues bytes and file ranges as they are (the caller has put the length prefix in). They leave in order, at the end of the round.
    public func send(_ pieces: [RecordData.Piece]) {
        guard isOpen, !closesAfterFlush else { return }
        output.append(pieces)
        scheduleFlush()
    }

    public func send(_ bytes: Bytes) {
        guard isOpen, !closesAfterFlush else { return }
        output.append(bytes)
        scheduleFlush()
    }

    private func scheduleFlush() {
        guard isReady, !isFlushScheduled, !outputIsBlocked else { return }
        isFlushScheduled = true
        loop.flushLater(self)
    }

    /// Sends what the socket takes now, instead of at the end of the round.
    public func flush() { if isReady, !outputIsBlocked { flushNow() } }

    func flushNow() {
        isFlushScheduled = false
        guard isOpen, isReady else { return }
        if !output.isEmpty {
            lastActiveMs = loop.roundTimeMs
            let result = tls.map { output.flush(through: $0) } ?? output.flush(to: descriptor)
            switch result {
            // What is left after the round's share waits for the next round, in which the socket is still writable.
            case .moved: outputIsBlocked = !output.isEmpty
            case .wouldBlock: outputIsBlocked = true
            case .ended: return finish(.fileEnded)
            case .failed(let reason): return finish(reason)
            }
        }
        if output.isEmpty, closesAfterFlush { return finish(.local) }
        applyBackPressure()
        updateInterest()
    }

    private func applyBackPressure() {
        if !isPausedByOutput, output.pendingBytes > limits.maxPendingBytes {
            isPausedByOutput = true
        } else if isPausedByOutput, output.pendingBytes <= limits.maxPendingBytes / 2 {
            isPausedByOutput = false
            readBufferedTLS()
            onDrain?(self)
        }
    }

    // MARK: Reading

    /// Stops reading, so a peer that sends too fast feels it. Frames of the read in progress still arrive.
    public func pauseReading() {
        isPausedByOwner = true
        updateInterest()
    }

    public func resumeReading() {
        guard isPausedByOwner else { return }
        isPausedByOwner = false
        readBufferedTLS()
        updateInterest()
    }

    /// Bytes that OpenSSL has already taken from the socket make no readiness event of their own.
    private func readBufferedTLS() {
        guard tls != nil, isOpen, isReady else { return }
        loop.post { [self] in if isOpen { readReady() } }
    }

    private var mayRead: Bool { isOpen && isReady && !isPausedByOwner && !isPausedByOutput && !closesAfterFlush }

    private func readReady() {
        guard mayRead, !isInsideRead else { return }
        isInsideRead = true
        defer { isInsideRead = false }
        lastActiveMs = loop.roundTimeMs
        var frames: [Bytes] = []
        var ending: CloseReason?
        // A connection that always has more must not starve its neighbours; level-triggered readiness brings it back.
        for _ in 0..<(tls == nil ? 1 : 16) {
            let step = readOnce(into: &frames)
            if case .moved = step { continue }
            if case .ended = step { ending = .peerClosed }
            if case .failed(let reason) = step { ending = reason }
            break
        }
        if !frames.isEmpty { onFrames?(self, frames) }
        if let ending { return finish(ending) }
        if isOpen, tls?.hasBufferedBytes == true, mayRead { readBufferedTLS() }
    }

    private func readOnce(into frames: inout [Bytes]) -> TransferResult {
        let direct = reader.directRoom()
        let block = loop.readBlock.room()
        let result: TransferResult
        if let tls {
            result = tls.read(into: direct.isEmpty ? block : direct)
        } else {
            result = direct.isEmpty ? readSocket(block) : readSocket(direct, block)
        }
        guard case .moved(let count) = result else { return result }
        let directly = min(count, direct.count)
        do throws(FrameError) {
            try reader.receivedDirectly(directly, into: &frames)
            if count > directly { try reader.received(count - directly, in: loop.readBlock, into: &frames) }
        } catch {
            return .failed(.frame(error))
        }
        return result
    }

    private func readSocket(_ room: UnsafeMutableRawBufferPointer) -> TransferResult {
        received(retryingInterrupts { recv(descriptor, room.baseAddress, room.count, 0) })
    }

    private func readSocket(_ first: UnsafeMutableRawBufferPointer, _ second: UnsafeMutableRawBufferPointer) -> TransferResult {
        withUnsafeTemporaryAllocation(of: iovec.self, capacity: 2) { vectors in
            vectors.initializeElement(at: 0, to: iovec(iov_base: first.baseAddress, iov_len: first.count))
            vectors.initializeElement(at: 1, to: iovec(iov_base: second.baseAddress, iov_len: second.count))
            return received(retryingInterrupts { readv(descriptor, vectors.baseAddress, 2) })
        }
    }

    private func received(_ count: Int) -> TransferResult {
        if count > 0 { return .moved(count) }
        if count == 0 { return .ended }
        switch errno {
        case EAGAIN, EWOULDBLOCK: return .wouldBlock
        case ECONNRESET: return .failed(.peerReset)
        default: return .failed(.systemError(errno))
        }
    }

    // MARK: TLS

    private func shakeHands() {
        guard let tls else { return }
        switch tls.handshake() {
        case .done:
            handshakeWantsWrite = false
            becomeReady()
            // The first request may have come with the handshake's last bytes.
            readBufferedTLS()
        case .wantsRead:
            handshakeWantsWrite = false
            updateInterest()
        case .wantsWrite:
            handshakeWantsWrite = true
            updateInterest()
        case .failed(let error): finish(.tls(error))
        }
    }

    /// The subject of the peer's certificate (RFC 2253), when it sent one.
    public var peerSubject: String? { tls?.peerSubject }
    /// TLS version and cipher suite; nil without TLS.
    public var tlsDescription: (version: String, cipherSuite: String)? { tls.map { ($0.version, $0.cipherSuite) } }

    // MARK: Events

    private func updateInterest() {
        guard let handle, isOpen else { return }
        var wanted: Int32 = 0
        if !isReady {
            wanted = handshakeWantsWrite ? Int32(UV_WRITABLE.rawValue) : Int32(UV_READABLE.rawValue)
        } else {
            if mayRead { wanted |= Int32(UV_READABLE.rawValue) }
            if outputIsBlocked { wanted |= Int32(UV_WRITABLE.rawValue) }
        }
        guard wanted != interest else { return }
        interest = wanted
        if wanted == 0 {
            uv_poll_stop(handle)
        } else {
            uv_poll_start(handle, wanted) { poll, status, events in
                LoopHandle.owner(of: poll, as: Connection.self)?.ready(status: status, events: events)
            }
        }
    }

    private func ready(status: Int32, events: Int32) {
        guard isOpen else { return }
        if !isReady {
            if status < 0 { return finish(pendingError()) }
            return shakeHands()
        }
        // An error is told by the read, which also delivers what came before it.
        if events & Int32(UV_READABLE.rawValue) != 0 || status < 0 { readReady() }
        guard isOpen else { return }
        if status < 0 { return finish(pendingError()) }
        if events & Int32(UV_WRITABLE.rawValue) != 0 { flushNow() }
    }

    private func pendingError() -> CloseReason {
        switch socketError(descriptor) {
        case 0, ECONNRESET, EPIPE: .peerReset
        case let code: .systemError(code)
        }
    }

    // MARK: The end

    /// Closes at once, or (`afterFlush`) when everything that was sent has left; then nothing more is read or taken.
    public func close(afterFlush: Bool = false) {
        guard isOpen else { return }
        guard afterFlush, isReady, !output.isEmpty else { return finish(.local) }
        closesAfterFlush = true
        updateInterest()
        scheduleFlush()
    }

    /// Looks again when the connection would be due if nothing moved until then: once an idle time, however much moves.
    private func closeWhenIdle() {
        guard isOpen, let maxIdleMs = limits.maxIdleMs else { return }
        let idleMs = loop.roundTimeMs - lastActiveMs
        if idleMs > maxIdleMs { return close() }
        let left = maxIdleMs - idleMs
        idleTimer = loop.schedule(afterMs: left == .max ? left : left + 1) { [unowned self] in closeWhenIdle() }
    }

    override func shutDown() { close() }

    private func finish(_ reason: CloseReason) {
        guard isOpen else { return }
        isOpen = false
        isReady = false
        idleTimer?.cancel()
        idleTimer = nil
        if reason == .local { tls?.sayGoodbye() }
        LoopHandle.release(&handle, &descriptor)
        output.removeAll()
        reader.settle()
        let then = onClose
        onClose = nil
        onFrames = nil
        onReady = nil
        onDrain = nil
        then?(self, reason)
    }
}

/// Closes a socket that was accepted and is not wanted.
public func closeSocket(_ descriptor: Int32) { closeDescriptor(descriptor) }

func closeDescriptor(_ descriptor: Int32) {
    #if canImport(Glibc)
        _ = Glibc.close(descriptor)
    #else
        _ = Darwin.close(descriptor)
    #endif
}

/// The error that waits on a socket, or 0.
func socketError(_ descriptor: Int32) -> Int32 {
    var code: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 ? code : errno
}
