import KafkaProtocol

/// What a consumer needs of the client: the time, the cluster as it is known, and a way to send. `ClientCore` is it; tests have their own.
protocol ConsumerPort: AnyObject {
    /// Milliseconds of a clock that never goes back.
    var now: Int64 { get }
    var metadata: ClusterMetadata { get }
    var retryBackoffMs: Int { get }
    var requestTimeoutMs: Int { get }
    var tracksAllTopics: Bool { get set }
    var allowsAutoTopicCreation: Bool { get set }

    func submit<R: Request>(
        to target: Target, options: RequestOptions, build: @escaping (Int16) -> R, retryCode: ((R.Response) -> ErrorCode)?,
        completion: @escaping (Result<R.Response, ClientError>) -> Void
    ) -> RequestID
    func cancel(_ id: RequestID)
    func track(_ topics: some Sequence<String>)
    func refreshMetadata()
    func forgetCoordinator(_ target: Target)
    /// Why no broker can be reached; nil while one serves.
    var outage: String? { get }
    func obstacle(to target: Target, silentAfterMs: Int64) -> Obstacle?
}

extension ClientCore: ConsumerPort {
    var retryBackoffMs: Int { config.retryBackoffMs }
    var requestTimeoutMs: Int { config.requestTimeoutMs }
}

extension ConsumerPort {
    /// Whether a failure will not go away by trying again. A cluster that was never reached counts, one that went away does not.
    func isFatal(_ error: ClientError) -> Bool {
        switch error.kind {
        case .configuration, .authentication, .unsupportedVersion, .malformed, .interrupted, .closed, .illegalState: true
        case .unreachable: metadata.updatedAt == nil
        case .timeout, .disconnected: false
        case .broker: !(error.code?.isRetriable ?? false)
        }
    }
}
