import Host
import KafkaClient
import KafkaProtocol

/// Sends requests to other brokers from an event loop that has other work too. There is one connection to each node, opened when it is first needed;
/// requests to a node leave in the order in which they were sent and are answered in that order, so one that its receiver holds back (a long fetch)
/// holds up those behind it: what must not wait for another kind of request has a `PeerClient` of its own.
///
/// Nothing is tried again: the sender knows whether the request still makes sense. A node that cannot be connected to is not tried more often than
/// `reconnect.backoff.ms` and `reconnect.backoff.max.ms` say; requests sent in between wait for the next attempt, within their time.
/// All of it may be called from any thread.
public final class PeerClient: @unchecked Sendable {
    // Unchecked: `driver` is confined to the loop's thread.
    private let driver: ClientDriver
    private let loop: EventLoop

    /// On the loop's thread, or before it runs. Connects to nothing yet.
    /// - Parameters:
    ///   - config: security, timeouts and the client id; bootstrap servers are not used.
    ///   - loop: where answers are handed out.
    /// - Throws: a `.configuration` error.
    public init(_ config: ClientConfig, on loop: EventLoop) throws(ClientError) {
        var config = config
        config.bootstrapServers = []
        // Whether to go on is for the sender to say, by the time that it gives a request.
        config.unreachableAfterMs = Int(Int32.max)
        self.loop = loop
        driver = try ClientDriver(config, on: loop)
        driver.core.useBrokers([])
    }

    /// Says where the nodes are, all of them. Connections to nodes that are gone or have moved are closed, and what waits for them fails.
    public func setNodes(_ nodes: [PeerNode]) {
        loop.post { [driver = Confined(driver)] in
            let driver = driver.value
            driver.core.now = driver.now
            driver.core.useBrokers(nodes.map { ClusterMetadata.Broker(id: $0.id, host: $0.host, port: $0.port) })
            driver.turn()
        }
    }

    /// Sends a request and gives its answer to `then`, once, on the loop's thread. An error code inside the answer is the sender's to read.
    /// - Parameters:
    ///   - node: one of `setNodes`
    ///   - timeoutMs: for connecting and the answer together. When it is over the connection is closed, because answers behind would be as late.
    ///   - versions: a narrower range than this side speaks; nil for all
    ///   - then: gets the answer; `.disconnected` when there was no connection or it was lost (`reason` says how), `.timeout`, `.unsupportedVersion`,
    ///     `.authentication`, `.broker` with `BROKER_NOT_AVAILABLE` for a node that is not known, `.closed`.
    public func send<R: Request>(
        _ request: R, to node: Int32, timeoutMs: Int, versions: ClosedRange<Int16>? = nil, then: @escaping @Sendable (Result<R.Response, ClientError>) -> Void
    ) {
        var options = RequestOptions(timeoutMs: timeoutMs, attemptTimeoutMs: timeoutMs, retry: .no, versions: versions)
        options.closesLateConnection = true
        loop.post { [options, driver = Confined(driver)] in
            let driver = driver.value
            driver.core.now = driver.now
            driver.core.submit(request, to: .node(node), options: options, completion: then)
            driver.turn()
        }
    }

    /// Fails what is pending (`.closed`) and closes the connections. Must be called before the loop is closed, which drops what is posted to it.
    public func close() {
        loop.post { [driver = Confined(driver)] in driver.value.close() }
    }

    deinit {
        // The last reference may go on another thread, and what is pending keeps none.
        let last = Confined(driver)
        loop.post { last.value.close() }
    }
}
