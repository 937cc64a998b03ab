import KafkaProtocol

/// The way to the active controller of a quorum, for a node that is not a controller itself.
public protocol ControllerLink: Sendable {
    /// Sends a request to the active controller, and to the one after it where that is not active any more, for as long as a request may take.
    /// - Parameter then: gets the answer once, from any thread; REQUEST_TIMED_OUT when no controller has given one in that time, UNSUPPORTED_VERSION when the
    ///   active one does not know the request
    func send<R: Request>(_ request: R, then: @escaping @Sendable (Result<R.Response, ErrorCode>) -> Void)

    /// The versions of an API in which the active controller takes requests, nil for none; of every API nil while no controller has been reached.
    func versions(_ key: APIKey) -> ClosedRange<Int16>?

    /// Whether a controller has been reached, so that `versions` says something.
    var isKnown: Bool { get }
}
