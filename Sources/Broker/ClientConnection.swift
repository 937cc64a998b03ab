import KafkaProtocol
import Synchronization

/// What the broker knows of one connection. The socket itself belongs to the host.
public final class ClientConnection: Sendable {
    public let id: UInt64
    /// The listener that accepted it; responses advertise this listener's endpoint.
    public let listener: String
    /// The peer's address without port, as group members show it (`/127.0.0.1`).
    public let peerHost: String

    /// Where the connection is between, for lines to the operator: `127.0.0.1:50112 on PLAINTEXT (port 9092)`.
    private let place: String
    private let firstClientId = Mutex<String?>(nil)
    private let isClientKnown = Atomic(false)

    public init(id: UInt64, listener: String, peerHost: String, place: String? = nil) {
        self.id = id
        self.listener = listener
        self.peerHost = peerHost
        self.place = place ?? "\(peerHost) on \(listener)"
    }

    /// Notes what the client calls itself: the first request that says it counts.
    func note(clientId: String?) {
        guard !isClientKnown.load(ordering: .relaxed), let clientId else { return }
        isClientKnown.store(true, ordering: .relaxed)
        firstClientId.withLock { $0 = clientId }
    }

    /// For lines to the operator.
    public var name: String { place + (firstClientId.withLock { $0 }.map { ", client id \($0)" } ?? "") }
}

/// One request on its way through the broker. `reply` may be called from any thread, once.
public final class RequestContext: Sendable {
    public let api: APIKey
    public let version: Int16
    public let correlationId: Int32
    public let clientId: String?
    public let connection: ClientConnection
    /// Milliseconds since the epoch when the frame was read.
    public let now: Int64
    private let headerVersion: Int16
    private let send: @Sendable (Reply) -> Void

    init(header: RequestHeader, api: APIKey, headerVersion: Int16, connection: ClientConnection, now: Int64, send: @escaping @Sendable (Reply) -> Void) {
        self.api = api
        version = header.requestApiVersion
        correlationId = header.correlationId
        clientId = header.clientId
        self.headerVersion = headerVersion
        self.connection = connection
        self.now = now
        self.send = send
    }

    /// Sends the response in the request's version, or another one (ApiVersions falls back to version 0).
    public func reply<R: Response>(_ response: R, version: Int16? = nil) {
        var writer = WireWriter.frame()
        ResponseHeader(correlationId: correlationId).encode(into: &writer, version: headerVersion)
        response.encode(into: &writer, version: version ?? self.version)
        send(.frame(writer.finishedFrame()))
    }

    /// Releases the request's place in the order of replies without sending anything (acks=0).
    public func replyNothing() { send(.nothing) }

    /// Ends the connection once earlier replies are sent.
    public func close(_ reason: String) { send(.close(reason)) }
}

/// What becomes of a request.
public enum Reply: Sendable {
    /// Length, header and body.
    case frame([RecordData.Piece])
    case nothing
    case close(String)
}
