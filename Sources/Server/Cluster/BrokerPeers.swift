import Broker
import ClientDriver
import Coordination
import Host
import KafkaClient
import KafkaProtocol
import Vocabulary

/// Requests to the other brokers of a cluster, over a connection to each, on a thread of their own.
final class BrokerPeers: PeerLink {
    private let client: PeerClient
    private let thread: LoopThread

    /// - Parameter name: of the thread and, with this broker's id, of the client, as other brokers see it
    init(_ name: String, nodeId: Int32) throws {
        thread = try LoopThread(name: "ottla-\(name)")
        client = try PeerClient(ClientConfig(bootstrapServers: [], clientId: "ottla-\(nodeId)-\(name)"), on: thread.loop)
    }

    /// Says where the brokers are.
    /// - Parameter listener: at which brokers reach one another
    func follow(_ image: MetadataImage, listener: String) {
        client.setNodes(
            image.brokers.values.compactMap { broker in
                broker.endpoint(listener).map { PeerNode(id: broker.id, host: $0.host, port: Int($0.port)) }
            })
    }

    func send<R: Request>(
        _ request: R, to node: Int32, timeoutMs: Int, versions: ClosedRange<Int16>?, then: @escaping @Sendable (Result<R.Response, PeerFailure>) -> Void
    ) {
        client.send(request, to: node, timeoutMs: timeoutMs, versions: versions) { result in then(result.mapError { PeerFailure("\($0)") }) }
    }

    /// Fails what is pending and ends the thread.
    func close() {
        client.close()
        thread.stop()
    }
}
