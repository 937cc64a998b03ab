import CLibUV
import KafkaProtocol

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Why no connection came about.
public struct ConnectFailure: Error, Sendable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable {
        /// Nothing listens there.
        case refused
        /// The name has no address; the name service's words.
        case unresolved(String)
        case timedOut
        /// The TLS handshake failed; why.
        case tlsHandshake(String)
        /// The network does not lead there; the system's words.
        case unreachable(String)
        /// Another failure of the system; its words.
        case failed(String)
    }

    public var kind: Kind
    public var host: String
    public var port: Int
    /// The last address that was tried; nil when the name gave none.
    public var address: SocketAddress?

    public init(kind: Kind, host: String, port: Int, address: SocketAddress?) {
        self.kind = kind
        self.host = host
        self.port = port
        self.address = address
    }

    /// `localhost/127.0.0.1:9092`, Java's form of a resolved address.
    public var target: String {
        guard let address else { return "\(host):\(port)" }
        return "\(address.host == host ? "" : host)/\(address.host):\(port)"
    }

    public var reason: String {
        switch kind {
        case .refused: "connection refused"
        case .unresolved(let text): "the host name cannot be resolved (\(text))"
        case .timedOut: "no answer in time"
        case .tlsHandshake(let text), .unreachable(let text), .failed(let text): text
        }
    }

    public var description: String { "\(target): \(reason)" }
}

/// Makes a connection: resolves the name, tries each address in turn, does the TLS handshake. It answers once, on the loop's thread.
public final class Connector: LoopHandle, @unchecked Sendable {
    private let host: String
    private let port: Int
    private let tls: TLSContext?
    private let limits: ConnectionLimits
    private let deadlineMs: Int64
    private var then: ((Result<Connection, ConnectFailure>) -> Void)?
    private var timer: LoopTimer?
    private var left: [SocketAddress] = []
    private var current: SocketAddress?
    private var lastFailure: ConnectFailure.Kind = .timedOut
    private var descriptor: Int32 = -1
    private var handle: UnsafeMutablePointer<uv_poll_t>?
    private var connection: Connection?

    /// Begins to connect. The connection comes started and ready, without callbacks: set them in `then`. `timeoutMs` covers everything, the handshake included.
    @discardableResult
    public init(
        loop: EventLoop, host: String, port: Int, tls: TLSContext? = nil, limits: ConnectionLimits = ConnectionLimits(), timeoutMs: Int64,
        then: @escaping (Result<Connection, ConnectFailure>) -> Void
    ) {
        self.host = host
        self.port = port
        self.tls = tls
        self.limits = limits
        deadlineMs = SystemClock.monotonicMs() + timeoutMs
        self.then = then
        super.init(loop: loop)
        // The timer keeps this object alive until it has answered.
        timer = loop.schedule(afterMs: timeoutMs) { self.timeOut() }
        loop.resolve(host: host, port: port, timeoutMs: timeoutMs) { [weak self] result in self?.resolved(result) }
    }

    /// Gives up without an answer.
    public func cancel() {
        then = nil
        end(nil)
    }

    override func shutDown() { cancel() }

    private func resolved(_ result: Result<[SocketAddress], ResolveFailure>) {
        guard then != nil else { return }
        switch result {
        case .success(let addresses):
            left = addresses
            tryNext()
        case .failure(.timedOut): fail(.unresolved("no answer from the name service"))
        case .failure(.unknownHost(let text)): fail(.unresolved(text))
        }
    }

    private func tryNext() {
        releaseSocket()
        guard then != nil else { return }
        guard !left.isEmpty else { return fail(lastFailure) }
        let address = left.removeFirst()
        current = address
        let made = ottla_socket(address.family)
        guard made >= 0 else {
            lastFailure = ConnectFailure.Kind(code: -made)
            return tryNext()
        }
        descriptor = made
        limits.buffers.set(on: made)
        let status = address.withSockaddr { connect(made, $0, $1) }
        if status == 0 { return connected() }
        guard errno == EINPROGRESS || errno == EINTR else {
            lastFailure = ConnectFailure.Kind(code: errno)
            return tryNext()
        }
        guard let handle = try? makeHandle(uv_poll_t.self, { uv_poll_init($0, $1, made) }) else {
            lastFailure = .failed("the event loop takes no more sockets")
            return tryNext()
        }
        self.handle = handle
        uv_poll_start(handle, Int32(UV_WRITABLE.rawValue)) { poll, _, _ in LoopHandle.owner(of: poll, as: Connector.self)?.writable() }
    }

    private func writable() {
        guard descriptor >= 0 else { return }
        let code = socketError(descriptor)
        guard code == 0 else {
            lastFailure = ConnectFailure.Kind(code: code)
            return tryNext()
        }
        connected()
    }

    private func connected() {
        guard let address = current else { return }
        let socket = descriptor
        descriptor = -1
        releaseSocket()
        let transport: Transport = tls.map { .tlsClient($0, serverName: host) } ?? .plain
        let connection = Connection(loop: loop, descriptor: socket, peer: address, transport: transport, limits: limits)
        self.connection = connection
        connection.onReady = { [weak self] ready in
            ready.onClose = nil
            self?.end(.success(ready))
        }
        connection.onClose = { [weak self] _, reason in
            self?.connection = nil
            self?.fail(.tlsHandshake(reason.description))
        }
        connection.start()
    }

    private func timeOut() {
        if connection != nil { return fail(.tlsHandshake("the TLS handshake was not finished in time")) }
        fail(current == nil ? .unresolved("no answer from the name service") : .timedOut)
    }

    private func fail(_ kind: ConnectFailure.Kind) {
        end(.failure(ConnectFailure(kind: kind, host: host, port: port, address: current)))
    }

    private func end(_ result: Result<Connection, ConnectFailure>?) {
        let then = then
        self.then = nil
        if case .success = result {
        } else if let connection {
            connection.onClose = nil
            connection.close()
        }
        connection = nil
        releaseSocket()
        // Last: the timer may hold the only reference to this object.
        let timer = timer
        self.timer = nil
        timer?.cancel()
        if let result { then?(result) }
    }

    private func releaseSocket() {
        LoopHandle.release(&handle, &descriptor)
    }
}

extension ConnectFailure.Kind {
    init(code: Int32) {
        switch code {
        case ECONNREFUSED: self = .refused
        case ETIMEDOUT: self = .timedOut
        case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EHOSTDOWN, EADDRNOTAVAIL: self = .unreachable(SystemError.text(code).lowercasedFirst)
        default: self = .failed(SystemError.text(code).lowercasedFirst)
        }
    }
}

extension String {
    fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
