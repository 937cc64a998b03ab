import KafkaProtocol

/// Names one connection attempt. A closed connection's name is never used again.
public struct ConnectionID: Hashable, Sendable {
    public let value: UInt64
    public init(_ value: UInt64) { self.value = value }
}

/// Why a connection failed or ended, as the performer saw it.
public enum DisconnectReason: Sendable, Hashable {
    case unresolvable
    case refused
    case timedOut
    case closedByPeer
    /// The TLS handshake failed; the text is the library's.
    case tls(String)
    case other(String)

    public var text: String {
        switch self {
        case .unresolvable: "the host name does not resolve"
        case .refused: "connection refused"
        case .timedOut: "connection timed out"
        case .closedByPeer: "the broker closed the connection"
        case .tls(let text): "TLS: \(text)"
        case .other(let text): text
        }
    }
}

/// The client's deciding part: connections, version negotiation, authentication, metadata, routing, retries. It touches neither sockets nor clock:
/// a driver performs its `Action`s, reports `Event`s, and passes the time in milliseconds. One thread uses it.
public final class ClientCore {
    public enum Event: Sendable {
        case connected(ConnectionID)
        /// Bytes from the peer, cut anywhere.
        case received(ConnectionID, Bytes)
        case disconnected(ConnectionID, DisconnectReason)
    }

    public enum Action: Sendable {
        /// Open a connection (with TLS when the configuration's `security.usesTLS`) and report `connected` or `disconnected`.
        case connect(ConnectionID, host: String, port: Int)
        case send(ConnectionID, [RecordData.Piece])
        /// Close without reporting back.
        case close(ConnectionID)
    }

    public let config: ClientConfig
    /// Milliseconds, as last passed in.
    public internal(set) var now: Int64
    /// What is known of the cluster at the moment.
    public internal(set) var metadata = ClusterMetadata()

    public init(config: ClientConfig, now: Int64, seed: UInt64 = 0) {
        self.config = config
        self.now = now
    }

    // MARK: What a driver calls

    /// Takes in what happened, and then does what is due.
    public func handle(_ events: [Event], now: Int64) {
        self.now = now
    }

    /// What the driver must do now, in order. Empties the list.
    public func takeActions() -> [Action] { [] }

    /// When `handle` must be called even if nothing happens; nil for never.
    public var nextDeadline: Int64? { nil }

    /// Fails what is pending and closes every connection.
    public func close() {}

    // MARK: What producers, consumers and tools call

    /// Sends a request and completes with its answer. An error code inside the answer is the caller's to read; with `.untilDeadline` the core
    /// has already retried those that Kafka calls retriable.
    /// - Parameter retryCode: the code that decides about a retry, read from an answer; nil for the response's own top-level one.
    @discardableResult
    public func submit<R: Request>(
        _ request: R, to target: Target, options: RequestOptions = RequestOptions(), retryCode: ((R.Response) -> ErrorCode)? = nil,
        completion: @escaping (Result<R.Response, ClientError>) -> Void
    ) -> RequestID {
        submit(to: target, options: options, build: { _ in request }, retryCode: retryCode, completion: completion)
    }

    /// As `submit`, for requests whose content depends on the version that was negotiated: `build` is called with it for each attempt.
    @discardableResult
    public func submit<R: Request>(
        to target: Target, options: RequestOptions = RequestOptions(), build: @escaping (Int16) -> R, retryCode: ((R.Response) -> ErrorCode)? = nil,
        completion: @escaping (Result<R.Response, ClientError>) -> Void
    ) -> RequestID {
        RequestID(value: 0)
    }

    /// Forgets a request; its completion is not called. An answer still on its way is read and dropped.
    public func cancel(_ id: RequestID) {}

    /// Lets a state machine take part: it is advanced after every `handle`.
    public func attach(_ machine: any ClientMachine) {}

    public func detach(_ machine: any ClientMachine) {}

    /// Keeps these topics in `metadata`, refreshed every `metadata.max.age.ms` and when a leader moves. Topics that are not known yet are asked for at once.
    public func track(_ topics: some Sequence<String>) {}

    /// Stops keeping these topics.
    public func untrack(_ topics: some Sequence<String>) {}

    /// Keeps every topic of the cluster in `metadata` (subscriptions by pattern).
    public var tracksAllTopics = false

    /// Whether asking for a tracked topic may create it (`allow.auto.create.topics`; a producer's is always true).
    public var allowsAutoTopicCreation = true

    /// Asks for fresh metadata as soon as the backoff allows; `metadata.version` grows when it came.
    public func refreshMetadata() {}

    /// Forgets who coordinates, so that the next request looks it up again.
    public func forgetCoordinator(_ target: Target) {}

    /// The coordinator as far as it is known.
    public func knownCoordinator(_ target: Target) -> Int32? { nil }

    /// The highest version of an API that both sides speak on the node's connection; nil while that is unknown or when there is none.
    public func version(of api: APIKey, node: Int32) -> Int16? { nil }
}
