import KafkaProtocol

/// What an answer means for the request that waited for it.
enum Verdict {
    /// The completion was given the answer.
    case done
    /// The answer holds this retriable error and the policy allows another attempt.
    case retry(ErrorCode)
    case malformed(WireError)
}

/// A submitted request on its way: the types are erased, the routing and retry state is here.
final class PendingRequest {
    let id: RequestID
    let apiKey: APIKey
    let versions: ClosedRange<Int16>
    let target: Target
    let retry: RetryPolicy
    let expectsResponse: Bool
    let closesLateConnection: Bool
    let submittedAt: Int64
    let deadline: Int64
    let attemptTimeoutMs: Int
    let heldMs: Int
    let call: String
    /// Encodes the request with length and header.
    let encode: (_ version: Int16, _ correlationId: Int32, _ clientId: String) -> [RecordData.Piece]
    /// Reads the answer; completes unless it asks for a retry. `mayRetry` is false when this is the last attempt.
    let answer: (_ frame: Bytes, _ version: Int16, _ mayRetry: Bool) -> Verdict
    /// Completes a request that expects no answer.
    let sent: () -> Void
    let fail: (ClientError) -> Void

    var attempts = 0
    /// Failed lookups of the coordinator.
    var attemptsToLocate = 0
    /// Not to be sent before this time.
    var notBefore: Int64
    /// What failed last, for the message when the deadline passes.
    var lastFailure: ClientError?
    /// Where the last look at the target ended.
    var stage = Stage.new
    var isCancelled = false

    enum Stage: Equatable {
        case new
        /// The broker to ask is not known yet.
        case needsMetadata
        case needsCoordinator
        case needsConnection(Channel)
        case inFlight
        case finished
    }

    init(
        id: RequestID, apiKey: APIKey, versions: ClosedRange<Int16>, target: Target, options: RequestOptions, config: ClientConfig, now: Int64,
        encode: @escaping (Int16, Int32, String) -> [RecordData.Piece], answer: @escaping (Bytes, Int16, Bool) -> Verdict,
        sent: @escaping () -> Void, fail: @escaping (ClientError) -> Void
    ) {
        self.id = id
        self.apiKey = apiKey
        self.versions = options.versions.map { $0.clamped(to: versions) } ?? versions
        self.target = target
        retry = options.retry
        expectsResponse = options.expectsResponse
        closesLateConnection = options.closesLateConnection
        submittedAt = now
        deadline = now.after(ms: options.timeoutMs ?? config.defaultApiTimeoutMs)
        attemptTimeoutMs = options.attemptTimeoutMs ?? config.requestTimeoutMs
        heldMs = options.heldMs
        call = options.call ?? Self.name(of: apiKey)
        notBefore = now
        self.encode = encode
        self.answer = answer
        self.sent = sent
        self.fail = fail
    }

    /// Java's name of an API in lower camel case, such as `listOffsets`.
    private static func name(of api: APIKey) -> String {
        let words = api.name.split(separator: "_").map { $0.lowercased() }
        return (words.first ?? "") + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    /// The failure of a request whose deadline has passed, in Java's words; `cause` is what went wrong elsewhere, for a request that got nowhere.
    /// - Parameter wasServed: whether any broker has ever answered this client, which Java asks for metadata before anything else.
    func timedOut(now: Int64, cause: String?, wasServed: Bool = true) -> ClientError {
        let reason = lastFailure.map { $0.reason ?? $0.message } ?? cause
        if attempts > 0, wasServed || lastFailure?.kind != .disconnected {
            let call = "Call(callName=\(callWithAPI), deadlineMs=\(deadline), tries=\(attempts), nextAllowedTryMs=\(notBefore))"
            return ClientError(.timeout, message: "\(call) timed out at \(now) after \(attempts) attempt(s)", reason: reason)
        }
        return ClientError(.timeout, message: noNodeMessage, reason: reason)
    }

    var noNodeMessage: String { "Timed out waiting for a node assignment. Call: \(callWithAPI)" }

    /// Java names the API beside the call where a lookup comes first.
    private var callWithAPI: String {
        if call.contains("(") { return call }
        return switch target {
        case .groupCoordinator, .transactionCoordinator: "\(call)(api=\(attempts > 0 ? apiKey.name : APIKey.findCoordinator.name))"
        case .leader: "\(call)(api=\(attempts > 0 ? apiKey.name : APIKey.metadata.name))"
        case .any, .controller, .node: call
        }
    }
}

extension Int64 {
    /// A time some milliseconds later; the end of time rather than an overflow.
    func after(ms: Int) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(Int64(ms))
        return overflow ? (ms > 0 ? .max : .min) : sum
    }
}
