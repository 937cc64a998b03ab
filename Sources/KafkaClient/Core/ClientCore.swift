import KafkaProtocol
import Security
import Vocabulary

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
        /// Whole frames from the peer, in order, without their length prefixes.
        case received(ConnectionID, [Bytes])
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
    public var now: Int64
    /// What is known of the cluster at the moment.
    public internal(set) var metadata = ClusterMetadata()
    /// The newest that any broker has told when it was connected to.
    public internal(set) var finalizedFeatures = FinalizedFeatures()
    /// Keeps every topic of the cluster in `metadata` (subscriptions by pattern).
    public var tracksAllTopics = false {
        didSet { if tracksAllTopics && !oldValue { metadataWanted = true } }
    }
    /// Whether asking for a tracked topic may create it (`allow.auto.create.topics`; a producer's is always true).
    public var allowsAutoTopicCreation = true

    var actions: [Action] = []
    var waiting: [PendingRequest] = []
    var connections: [ConnectionID: BrokerConnection] = [:]
    var channels: [Channel: BrokerConnection] = [:]
    var histories: [Channel: ChannelHistory] = [:]
    var completions: [() -> Void] = []
    var machines: [any ClientMachine] = []
    var coordinators: [Target: Int32] = [:]
    /// Who coordinated last, also after that broker was lost.
    var lastCoordinators: [Target: Int32] = [:]
    /// What the last search for a coordinator was answered; none once one was found.
    var lookupFailures: [Target: ErrorCode] = [:]
    var coordinatorLookups: Set<Target> = []
    var trackedTopics: Set<String> = []
    /// Topics that waiting requests need, and when they were last asked for.
    var neededTopics: Set<String> = []
    /// When the topics in `metadata` were last asked for by the core itself.
    var topicsUpdatedAt: Int64?
    /// False once the brokers were given (`useBrokers`).
    var asksForMetadata = true
    var metadataWanted = false
    var metadataInFlight = false
    var metadataNotBefore: Int64 = 0
    var metadataFailures = 0
    var isClosed = false
    let crypto: (any SaslCrypto)?
    private var lastID: UInt64 = 0
    var lastConnection: UInt64 = 0
    private var isSettling = false
    private var random: SeededGenerator

    /// - Parameters:
    ///   - seed: for the jitter of backoffs.
    ///   - crypto: needed for SCRAM only.
    public init(config: ClientConfig, now: Int64, seed: UInt64 = 0, crypto: (any SaslCrypto)? = nil) {
        self.config = config
        self.now = now
        self.crypto = crypto
        random = SeededGenerator(seed: seed)
    }

    // MARK: What a driver calls

    /// Takes in what happened, and then does what is due.
    public func handle(_ events: [Event], now: Int64) {
        self.now = now
        for event in events {
            switch event {
            case .connected(let id): connected(id)
            case .received(let id, let frames): received(id, frames)
            case .disconnected(let id, let reason): disconnected(id, reason.text, isUnresolvable: reason == .unresolvable)
            }
        }
        settle()
    }

    /// What the driver must do now, in order. Empties the list.
    public func takeActions() -> [Action] {
        defer { actions.removeAll(keepingCapacity: true) }
        return actions
    }

    /// When `handle` must be called even if nothing happens; nil for never.
    public var nextDeadline: Int64? {
        var next = Int64.max
        for request in waiting { next = min(next, request.deadline, request.notBefore > now ? request.notBefore : .max) }
        for connection in connections.values {
            if connection.phase != .ready { next = min(next, connection.setupDeadline, bootstrapStaggerDeadline(connection)) }
            for flight in connection.inFlight { next = min(next, flight.deadline, flight.request?.deadline ?? .max) }
        }
        if !waiting.isEmpty {
            for (channel, history) in histories where channels[channel] == nil && history.nextAttemptAt > now { next = min(next, history.nextAttemptAt) }
        }
        if let due = metadataDue { next = min(next, due) }
        for machine in machines { if let due = machine.nextDeadline { next = min(next, due) } }
        if !completions.isEmpty { next = now }
        return next == .max ? nil : next
    }

    /// Fails what is pending and closes every connection.
    public func close() {
        isClosed = true
        let error = ClientError(.closed, message: "The client is closed.")
        let pending = waiting + connections.values.flatMap { $0.inFlight.compactMap(\.request) }
        waiting = []
        for id in connections.keys { actions.append(.close(id)) }
        connections = [:]
        channels = [:]
        for request in pending { finish(request, error) }
        runCompletions()
    }

    // MARK: What producers, consumers and tools call

    /// Sends a request and completes with its answer. An error code inside the answer is the caller's to read; with `.untilDeadline` the core
    /// has already retried those that Kafka calls retriable. The completion runs inside a later `handle`, never inside `submit`.
    /// - Parameter retryCode: the code that decides about a retry, read from an answer; nil for the response's own (see `RetriableResponse`).
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
        lastID += 1
        let id = RequestID(value: lastID)
        let request = PendingRequest(
            id: id, apiKey: R.apiKey, versions: R.versions, target: target, options: options, config: config, now: now,
            encode: { version, correlationId, clientId in
                RequestFrame.encode(build(version), version: version, correlationId: correlationId, clientId: clientId)
            },
            answer: { [unowned self] frame, version, mayRetry in
                do throws(WireError) {
                    let response = try RequestFrame.decode(frame, as: R.self, version: version)
                    if R.apiKey == .metadata, let metadata = response as? MetadataResponse { fold(metadata, version: version) }
                    if mayRetry {
                        let code = retryCode?(response) ?? (response as? any RetriableResponse)?.retryCode ?? .none
                        if code.isRetriable { return .retry(code) }
                    }
                    completions.append { completion(.success(response)) }
                    return .done
                } catch {
                    return .malformed(error)
                }
            },
            sent: { [unowned self] in completions.append { completion(.success(R.Response())) } },
            fail: { [unowned self] error in completions.append { completion(.failure(error)) } })
        if isClosed {
            finish(request, ClientError(.closed, message: "The client is closed."))
        } else {
            waiting.append(request)
        }
        return id
    }

    /// Forgets a request; its completion is not called. An answer still on its way is read and dropped.
    public func cancel(_ id: RequestID) {
        waiting.removeAll { $0.id == id }
        for connection in connections.values {
            for index in connection.inFlight.indices where connection.inFlight[index].request?.id == id {
                connection.inFlight[index].request?.isCancelled = true
                connection.inFlight[index].request = nil
            }
        }
    }

    /// Calls back inside a later `handle`.
    func later(_ work: @escaping () -> Void) { completions.append(work) }

    /// Lets a state machine take part: it is advanced after every `handle`.
    public func attach(_ machine: any ClientMachine) { machines.append(machine) }

    public func detach(_ machine: any ClientMachine) { machines.removeAll { $0 === machine } }

    /// The highest version of an API that both sides speak on the node's connection; nil while that is unknown or when there is none.
    public func version(of api: APIKey, node: Int32) -> Int16? {
        let connection = channels[.node(node)] ?? channels[.coordinator(node)]
        guard let connection, connection.phase == .ready else { return nil }
        return try? connection.version(of: api, within: api.messages.request.versions)
    }

    // MARK: Turning the crank

    /// Runs completions, machines and routing until nothing changes any more.
    private func settle() {
        if isSettling { return }
        isSettling = true
        defer { isSettling = false }
        expire()
        // Bounded, so that a machine that resubmits what fails at once cannot hold the thread; `nextDeadline` is then `now`.
        for _ in 0..<64 {
            runCompletions()
            for machine in machines { machine.advance(now: now) }
            advanceMetadata()
            routeWaiting()
            if completions.isEmpty { break }
        }
    }

    private func runCompletions() {
        let due = completions
        completions = []
        for completion in due { completion() }
    }

    func finish(_ request: PendingRequest, _ error: ClientError) {
        guard request.stage != .finished else { return }
        request.stage = .finished
        if !request.isCancelled { request.fail(error) }
    }

    /// A pause that doubles with each failure, with a fifth of jitter either way, in milliseconds.
    func backoff(_ failures: Int, base: Int, limit: Int) -> Int64 {
        let grown = Double(base) * Double(UInt64(1) << UInt64(min(max(failures - 1, 0), 20)))
        let jitter = 0.8 + 0.4 * Double(random.next() >> 11) / Double(UInt64(1) << 53)
        return Int64(min(grown, Double(max(limit, base)), 1e12) * jitter)
    }
}
