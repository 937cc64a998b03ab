import KafkaProtocol

/// The way to the other brokers of a cluster, for what this one asks of them.
public protocol PeerLink: Sendable {
    /// Sends a request to a broker. Nothing is tried again.
    /// - Parameters:
    ///   - node: the broker's id; where it is, the metadata says
    ///   - timeoutMs: for connecting and the answer together
    ///   - versions: which of the request's versions may be used; nil for all
    ///   - then: gets the answer once, from any thread
    func send<R: Request>(
        _ request: R, to node: Int32, timeoutMs: Int, versions: ClosedRange<Int16>?, then: @escaping @Sendable (Result<R.Response, PeerFailure>) -> Void)
}

/// Why a broker has not answered.
public struct PeerFailure: Error, Sendable, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }
}
