import Broker
import ClientDriver
import Host
import KafkaClient
import KafkaProtocol
import Synchronization

/// Requests to the active controller, over a connection of their own.
final class QuorumLink: ControllerLink {
    /// How long a request may take, attempts at other controllers included: as long as a client waits for it by default.
    private static let timeoutMs: Int64 = 30_000
    private static let pauseMs: Int64 = 100

    private let client: PeerClient
    /// Of this software, which the controller is told.
    private let version: String
    private let loop: EventLoop
    private let state = Mutex(State())

    private struct State: Sendable {
        /// The active controller by its number among the peers.
        var leader: Int32?
        var versions: [Int16: ClosedRange<Int16>]?
        var isClosed = false
    }

    init(_ client: PeerClient, version: String, on loop: EventLoop) {
        self.client = client
        self.version = version
        self.loop = loop
    }

    // MARK: Whom to ask

    /// Says who is the active controller now; nil while nobody knows. It is asked what it serves.
    func follow(_ leader: Int32?) {
        let isNew = state.withLock { state in
            defer { state.leader = leader }
            return leader != state.leader
        }
        if isNew, let leader { learnVersions(of: leader) }
    }

    private func learnVersions(of leader: Int32) {
        var request = ApiVersionsRequest()
        (request.clientSoftwareName, request.clientSoftwareVersion) = ("ottla", version)
        client.send(request, to: leader, timeoutMs: Int(Self.timeoutMs)) { [self] result in
            guard case .success(let answer) = result, answer.errorCode == .none else {
                // As long as it is the active one, it is asked again.
                return pause { [self] in if state.withLock({ $0.leader == leader && !$0.isClosed }) { learnVersions(of: leader) } }
            }
            let versions = Dictionary(
                answer.apiKeys.filter { $0.minVersion <= $0.maxVersion }.map { ($0.apiKey, $0.minVersion...$0.maxVersion) },
                uniquingKeysWith: { first, _ in first })
            state.withLock { state in if state.leader == leader { state.versions = versions } }
        }
    }

    func close() { state.withLock { $0.isClosed = true } }

    var isKnown: Bool { state.withLock { $0.versions != nil } }

    func versions(_ key: APIKey) -> ClosedRange<Int16>? { state.withLock { $0.versions?[key.rawValue] } }

    // MARK: Asking

    func send<R: Request>(_ request: R, then: @escaping @Sendable (Result<R.Response, ErrorCode>) -> Void) {
        attempt(request, until: SystemClock.monotonicMs() + Self.timeoutMs, then: then)
    }

    private func attempt<R: Request>(_ request: R, until deadline: Int64, then: @escaping @Sendable (Result<R.Response, ErrorCode>) -> Void) {
        let leftMs = deadline - SystemClock.monotonicMs()
        let (leader, isClosed) = state.withLock { ($0.leader, $0.isClosed) }
        guard leftMs > 0, !isClosed else { return then(.failure(.requestTimedOut)) }
        guard let leader else { return pause { [self] in attempt(request, until: deadline, then: then) } }
        client.send(request, to: leader, timeoutMs: Int(leftMs)) { [self] result in
            switch result {
            case .success(let response) where Self.wasElsewhere(response): pause { [self] in attempt(request, until: deadline, then: then) }
            case .success(let response): then(.success(response))
            case .failure(let error) where error.kind == .unsupportedVersion: then(.failure(.unsupportedVersion))
            case .failure: pause { [self] in attempt(request, until: deadline, then: then) }
            }
        }
    }

    /// Whether who answered is not the active controller, and has done nothing.
    private static func wasElsewhere(_ response: some Response) -> Bool {
        switch response {
        case let envelope as EnvelopeResponse: envelope.errorCode == .notController
        case let altered as AlterPartitionResponse: altered.errorCode == .notController
        case let block as AllocateProducerIdsResponse: block.errorCode == .notController
        case let assigned as AssignReplicasToDirsResponse: assigned.errorCode == .notController
        default: false
        }
    }

    private func pause(_ body: @escaping @Sendable () -> Void) {
        loop.post { [loop] in _ = loop.schedule(afterMs: Self.pauseMs, body) }
    }
}
