import CLibUV

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Accepts connections on an address. The callback gets the bare socket, so that the server can hand it to another loop.
public final class Listener: LoopHandle, @unchecked Sendable {
    /// What accepting gave: a connected, non-blocking socket, now the receiver's to close, and who is at the other end.
    public typealias Accept = (_ descriptor: Int32, _ peer: SocketAddress) -> Void

    /// The address in use; with port 0 asked for, the port that the system chose.
    public let address: SocketAddress
    public var boundPort: Int { address.port }

    private var descriptor: Int32
    private var handle: UnsafeMutablePointer<uv_poll_t>?
    private var onAccept: Accept?
    private var pause: LoopTimer?
    /// Told when connections cannot be accepted for now (no descriptors left): the `errno`.
    public var onError: ((Int32) -> Void)?

    /// Binds and listens. `host` is a literal address, a name (its IPv4 address first, as Java prefers), or empty for every address of the machine. Waits for the name service.
    public init(loop: EventLoop, host: String, port: Int, backlog: Int = 1024, buffers: SocketBuffers = SocketBuffers(), onAccept: @escaping Accept)
        throws(SystemError)
    {
        var failure = SystemError(code: EADDRNOTAVAIL, operation: "listen on \(host):\(port)")
        var bound: (descriptor: Int32, address: SocketAddress)?
        for candidate in try Listener.candidates(host: host, port: port) {
            do throws(SystemError) {
                bound = try Listener.bind(candidate, backlog: backlog, buffers: buffers)
                break
            } catch {
                failure = error
            }
        }
        guard let bound else { throw failure }
        descriptor = bound.descriptor
        address = bound.address
        self.onAccept = onAccept
        super.init(loop: loop)
        handle = try makeHandle(uv_poll_t.self) { uv_poll_init($0, $1, descriptor) }
        listen()
    }

    deinit { if descriptor >= 0 { closeDescriptor(descriptor) } }

    private static func candidates(host: String, port: Int) throws(SystemError) -> [SocketAddress] {
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        let literals = bare.isEmpty ? ["::", "0.0.0.0"] : [bare]
        let addresses = literals.compactMap { SocketAddress(literal: $0, port: port) }
        if !addresses.isEmpty { return addresses }
        guard (0...65535).contains(port), case .success(let found) = EventLoop.lookUp(host: bare, port: port, passive: true) else {
            throw SystemError(code: EADDRNOTAVAIL, operation: "listen on \(host):\(port)")
        }
        return found.filter { !$0.isIPv6 } + found.filter { $0.isIPv6 }
    }

    private static func bind(_ address: SocketAddress, backlog: Int, buffers: SocketBuffers) throws(SystemError) -> (Int32, SocketAddress) {
        let operation = "listen on \(address)"
        let made = ottla_socket(address.family)
        guard made >= 0 else { throw SystemError(code: -made, operation: operation) }
        var on: Int32 = 1
        var off: Int32 = 0
        let size = socklen_t(MemoryLayout<Int32>.size)
        setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, size)
        // Connections inherit them.
        buffers.set(on: made)
        if address.isIPv6 { setsockopt(made, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &off, size) }
        #if canImport(Glibc)
            let isListening = address.withSockaddr { Glibc.bind(made, $0, $1) } == 0 && Glibc.listen(made, Int32(clamping: backlog)) == 0
        #else
            let isListening = address.withSockaddr { Darwin.bind(made, $0, $1) } == 0 && Darwin.listen(made, Int32(clamping: backlog)) == 0
        #endif
        guard isListening, let actual = SocketAddress.bound(made) else {
            let code = errno
            closeDescriptor(made)
            throw SystemError(code: code, operation: operation)
        }
        return (made, actual)
    }

    /// While true, nothing is accepted: who connects waits in the backlog.
    public var isPaused = false {
        didSet {
            guard isPaused != oldValue, let handle else { return }
            if isPaused { uv_poll_stop(handle) } else if pause == nil { listen() }
        }
    }

    private func listen() {
        guard let handle, !isPaused else { return }
        uv_poll_start(handle, Int32(UV_READABLE.rawValue)) { poll, _, _ in LoopHandle.owner(of: poll, as: Listener.self)?.acceptAll() }
    }

    private func acceptAll() {
        // A bound per round, so that a flood of connections leaves room for those that are open.
        for _ in 0..<64 {
            guard descriptor >= 0, !isPaused else { return }
            var storage = sockaddr_storage()
            var length = socklen_t(0)
            let accepted = ottla_accept(descriptor, &storage, &length)
            guard accepted >= 0 else {
                switch -accepted {
                case EAGAIN, EWOULDBLOCK: return
                case EMFILE, ENFILE, ENOBUFS, ENOMEM: return waitForDescriptors(-accepted)
                // The others concern the one connection that was waiting (see accept(2)).
                default: continue
                }
            }
            guard let onAccept else {
                closeDescriptor(accepted)
                return
            }
            onAccept(accepted, SocketAddress(storage: storage))
        }
    }

    /// Without a free descriptor the socket stays ready: look away for a while instead of spinning.
    private func waitForDescriptors(_ code: Int32) {
        guard let handle else { return }
        onError?(code)
        uv_poll_stop(handle)
        pause = loop.schedule(afterMs: 100) { [weak self] in
            self?.pause = nil
            self?.listen()
        }
    }

    /// Stops listening; connections that were accepted live on.
    public func close() {
        onAccept = nil
        onError = nil
        pause?.cancel()
        pause = nil
        LoopHandle.release(&handle, &descriptor)
    }

    override func shutDown() { close() }
}
