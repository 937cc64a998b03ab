import KafkaProtocol
import Security

/// One request on its way through the broker. `reply` may be called from any thread, once.
public final class RequestContext: Sendable {
    public let version: Int16
    public let correlationId: Int32
    public let clientId: String?
    public let connection: ClientConnection
    /// Who asks.
    public let principal: Principal
    /// Milliseconds since the epoch when the frame was read.
    public let now: Int64
    let api: ServedAPI
    private let broker: Broker
    private let headerVersion: Int16
    /// For how long the client is held up for what it asked, in milliseconds.
    private let throttleMs: Int32
    private let send: @Sendable (Reply) -> Void

    init(
        _ broker: Broker, api: ServedAPI, header: RequestHeader, size: Int, from connection: ClientConnection, now: Int64,
        send: @escaping @Sendable (Reply) -> Void
    ) {
        self.broker = broker
        self.api = api
        version = header.requestApiVersion
        correlationId = header.correlationId
        clientId = header.clientId
        // Only the oldest header fits every client's first question.
        headerVersion = api.versions.contains(version) && version >= api.requestFlexibleFrom && api.key != .apiVersions ? 1 : 0
        self.connection = connection
        principal = connection.principal
        self.now = now
        self.send = send
        throttleMs = broker.quotas.charge(api.quota, principal, clientId: header.clientId, bytes: size, now: now)
    }

    /// The name of the listener through which the client came.
    var listener: String { connection.listener }

    // MARK: Access

    /// Whether the client may do something. What is asked must be declared in the API's row.
    func allows(_ operation: Operation, _ resource: Resource) -> Bool {
        assert(
            api.operation == operation || api.filters.contains(.init(operation, resource.type)),
            "\(api.key.name) asks about \(operation) of a \(resource.type), which its row does not declare")
        return broker.authorizer.allows(principal, from: connection.peerHost, operation, on: resource)
    }

    /// Whether there may be any resource of a type with which the client may do something.
    func allowsAny(_ operation: Operation, _ type: ResourceType) -> Bool {
        broker.authorizer.allowsAny(principal, from: connection.peerHost, operation, type: type)
    }

    /// What the client may do with a resource, as bits by operation (KIP-430).
    func authorizedOperations(on resource: Resource) -> Int32 {
        resource.type.operations.reduce(0) { bits, operation in
            broker.authorizer.allows(principal, from: connection.peerHost, operation, on: resource) ? bits | 1 << Int32(operation.rawValue) : bits
        }
    }

    // MARK: Answering

    /// Sends the response in the request's version, or another one (ApiVersions falls back to version 0).
    /// - Parameter throttleMs: for how long the client is held up for what the handler found, if that is longer than what the request cost by itself
    public func reply<R: Response>(_ response: R, version: Int16? = nil, throttleMs: Int32 = 0) {
        let pieces = encoded(response, version: version)
        var delay = max(throttleMs, self.throttleMs)
        if case .fetch = api.quota {
            let size = pieces.reduce(0) { $0 + $1.count }
            delay = max(delay, broker.quotas.charge(.fetch, principal, clientId: clientId, bytes: size, now: now))
        }
        guard delay > 0 else { return send(.frame(pieces, throttleMs: 0)) }
        send(.frame(encoded(response.withThrottle(delay), version: version), throttleMs: delay))
    }

    private func encoded<R: Response>(_ response: R, version: Int16?) -> [RecordData.Piece] {
        var writer = WireWriter.frame()
        ResponseHeader(correlationId: correlationId).encode(into: &writer, version: headerVersion)
        response.encode(into: &writer, version: version ?? self.version)
        return writer.finishedFrame()
    }

    /// Releases the request's place in the order of replies without sending anything (acks=0).
    public func replyNothing() { send(.nothing(throttleMs: throttleMs)) }

    /// Ends the connection once earlier replies are sent.
    public func close(_ reason: String) { send(.close(reason)) }
}

/// What becomes of a request.
public enum Reply: Sendable {
    /// Length, header and body. Nothing more is read from the client for so many milliseconds (KIP-219).
    case frame([RecordData.Piece], throttleMs: Int32)
    case nothing(throttleMs: Int32)
    case close(String)
}
