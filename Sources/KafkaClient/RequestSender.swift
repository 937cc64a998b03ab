import KafkaProtocol

/// A request and where it goes.
public struct Call<R: Request> {
    public var request: R
    public var target: Target

    public init(_ request: R, to target: Target) {
        self.request = request
        self.target = target
    }
}

/// Something that carries requests to their answers while the caller waits: what `Admin` runs on.
public protocol RequestSender: AnyObject {
    var core: ClientCore { get }

    /// Sends all at once and waits for all answers, which come in the order of the calls. `build` is given the version negotiated and the call's index.
    func perform<R: Request>(
        _ targets: [Target], options: RequestOptions, build: @escaping (_ version: Int16, _ index: Int) -> R, retryCode: ((R.Response) -> ErrorCode)?
    ) -> [Result<R.Response, ClientError>]

    /// Waits without sending, because of what is in the way: if that stays, the user is told.
    func pause(ms: Int, obstacles: [Obstacle]) throws(ClientError)
}

extension RequestSender {
    /// Sends one request and waits for its answer.
    public func send<R: Request>(
        _ request: R, to target: Target = .any, options: RequestOptions, retryCode: ((R.Response) -> ErrorCode)? = nil
    ) throws(ClientError) -> R.Response {
        try send(to: target, options: options, retryCode: retryCode) { _ in request }
    }

    /// Sends one request and waits for its answer.
    public func send<R: Request>(_ request: R, to target: Target = .any, timeoutMs: Int? = nil, call: String? = nil) throws(ClientError) -> R.Response {
        try send(request, to: target, options: RequestOptions(timeoutMs: timeoutMs, call: call))
    }

    /// Sends one request whose content depends on the version negotiated.
    public func send<R: Request>(
        to target: Target, options: RequestOptions = RequestOptions(), retryCode: ((R.Response) -> ErrorCode)? = nil,
        build: @escaping (_ version: Int16) -> R
    ) throws(ClientError) -> R.Response {
        let results = perform([target], options: options, build: { version, _ in build(version) }, retryCode: retryCode)
        guard let result = results.first else { throw ClientError(.closed, message: "The client is closed.") }
        return try result.get()
    }

    /// Sends several requests at once and waits for all their answers, in the order of the calls.
    public func sendAll<R: Request>(
        _ calls: [Call<R>], options: RequestOptions = RequestOptions(), retryCode: ((R.Response) -> ErrorCode)? = nil
    ) -> [Result<R.Response, ClientError>] {
        perform(calls.map(\.target), options: options, build: { _, index in calls[index].request }, retryCode: retryCode)
    }
}
