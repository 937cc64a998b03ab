import KafkaClient
import KafkaProtocol

/// A blocking client for the tools: it drives a `ClientCore` with real sockets and the real clock on the calling thread.
/// Requests are sent with `send` and `sendAll` (see `RequestSender`).
public final class Session: RequestSender {
    public let core: ClientCore

    /// - Parameter isInterrupted: asked while waiting; when it turns true, waits end with an `.interrupted` error.
    /// - Throws: a `.configuration` error.
    public init(_ config: ClientConfig, isInterrupted: @escaping @Sendable () -> Bool = { false }) throws(ClientError) {
        core = ClientCore(config: config, now: 0)
    }

    /// Milliseconds of the clock that the core runs on.
    public var now: Int64 { 0 }

    /// The administrator's calls.
    public var admin: Admin { Admin(self) }

    public func perform<R: Request>(
        _ targets: [Target], options: RequestOptions, build: @escaping (_ version: Int16, _ index: Int) -> R, retryCode: ((R.Response) -> ErrorCode)?
    ) -> [Result<R.Response, ClientError>] {
        targets.map { _ in .failure(ClientError(.closed, message: "The client is closed.")) }
    }

    public func pause(ms: Int) throws(ClientError) {}

    /// Does what is due and waits for events until a time of `now`'s clock; returns as soon as anything happened.
    /// - Throws: `.interrupted`.
    public func pump(untilMs deadline: Int64) throws(ClientError) {}

    /// Pumps until the condition holds (true) or the time has come (false).
    public func pump(untilMs deadline: Int64, until condition: () -> Bool) throws(ClientError) -> Bool { false }

    /// Closes the connections. Further calls fail.
    public func close() {}
}
