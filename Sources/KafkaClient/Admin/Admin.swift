import KafkaProtocol

/// The administrator's calls, as Kafka's Admin client has them, for callers that wait. Each is a few requests; failures of single items are
/// results, failures of the whole call are thrown.
public struct Admin {
    let sender: any RequestSender
    /// Milliseconds for each call; nil for `default.api.timeout.ms`.
    public var timeoutMs: Int?

    public init(_ sender: any RequestSender, timeoutMs: Int? = nil) {
        self.sender = sender
        self.timeoutMs = timeoutMs
    }

    /// Waits, and does what is due meanwhile.
    public func pause(ms: Int) throws(ClientError) { try sender.pause(ms: ms, obstacles: []) }

    func options(_ call: String) -> RequestOptions { RequestOptions(timeoutMs: timeoutMs, call: call) }

    /// The whole call's deadline on the core's clock.
    var deadline: Int64 { sender.core.now.after(ms: timeoutMs ?? sender.core.config.defaultApiTimeoutMs) }

    /// The broker's own time limit for operations that it waits for, in milliseconds.
    var brokerTimeoutMs: Int32 { Int32(clamping: timeoutMs ?? sender.core.config.requestTimeoutMs) }
}

extension ErrorCode {
    /// Nil for `.none`, otherwise the failure, with the broker's text when it sent one.
    func failure(_ message: String? = nil) -> ClientError? { self == .none ? nil : ClientError(code: self, message: message) }
}
