import KafkaProtocol
import Security
import Synchronization

/// What the broker knows of one connection. The socket itself belongs to the host.
public final class ClientConnection: Sendable {
    public let id: UInt64
    /// The listener that accepted it; responses advertise this listener's endpoint.
    public let listener: String
    /// The peer's address without port, as group members show it (`/127.0.0.1`).
    public let peerHost: String
    /// The same in 4 or 16 bytes.
    let peerAddress: Bytes

    /// Where the connection is between, for lines to the operator: `127.0.0.1:50112 on PLAINTEXT (port 9092)`.
    private let place: String
    /// Nil for a connection whose requests wait with the broker's own deadlines, on whatever thread answers them.
    let loop: ConnectionLoop?

    private let session: Mutex<Session>
    private let waiting = Mutex(Waiting())
    private let firstClientId = Mutex<String?>(nil)
    private let isClientKnown = Atomic(false)

    /// - Parameter session: how far the connection has come; ready at once on a listener without encryption and credentials
    public init(
        id: UInt64, listener: String, peerHost: String, peerAddress: [UInt8] = [127, 0, 0, 1], place: String? = nil, session: Session = Session(),
        loop: ConnectionLoop? = nil
    ) {
        self.id = id
        self.loop = loop
        self.session = Mutex(session)
        self.listener = listener
        self.peerHost = peerHost
        self.peerAddress = Bytes(peerAddress)
        self.place = place ?? "\(peerHost) on \(listener)"
    }

    /// Who the client is, as far as that is known.
    var principal: Principal { session.withLock { $0.principal } }

    /// Whether the connection has come far enough for every request.
    var isReady: Bool { session.withLock { $0.phase == .ready } }

    /// Notes how the connection came further.
    public func advance(_ step: (inout Session) -> Void) { session.withLock { step(&$0) } }

    // MARK: Waiting

    /// What the connection's requests wait for, to be given up with it.
    private struct Waiting: Sendable {
        /// Mostly one.
        var fetches: [DelayedFetch] = []
        var isClosed = false
    }

    /// Notes a fetch that waits; false when the connection is closed already, and nobody will read the answer.
    func park(_ fetch: DelayedFetch) -> Bool {
        waiting.withLock { waiting in
            if waiting.isClosed { return false }
            waiting.fetches.append(fetch)
            return true
        }
    }

    func unpark(_ fetch: DelayedFetch) {
        waiting.withLock { waiting in
            if let index = waiting.fetches.firstIndex(where: { $0 === fetch }) { waiting.fetches.remove(at: index) }
        }
    }

    /// The connection is over: what waits is given up.
    public func close() {
        let fetches = waiting.withLock { waiting in
            defer { waiting = Waiting(isClosed: true) }
            return waiting.fetches
        }
        for fetch in fetches { fetch.cancel() }
    }

    // MARK: Client

    /// Notes what the client calls itself: the first request that says it counts.
    func note(clientId: String?) {
        guard !isClientKnown.load(ordering: .relaxed), let clientId else { return }
        isClientKnown.store(true, ordering: .relaxed)
        firstClientId.withLock { $0 = clientId }
    }

    /// For lines to the operator.
    public var name: String { place + (firstClientId.withLock { $0 }.map { ", client id \($0)" } ?? "") }
}
