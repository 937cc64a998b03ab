import Broker
import Coordination
import KafkaClient
import KafkaProtocol
import Vocabulary

/// A broker's requests to other brokers over the simulated network, by a real client core, as the server's `BrokerPeers` sends them.
final class SimulatedPeers: PeerLink, @unchecked Sendable {
    // Unchecked: a simulation is one thread.
    private let world: World
    private let client: SimulatedClient

    init(_ world: World, _ network: Network, node: Int32, number: Int) {
        self.world = world
        client = SimulatedClient(world, network, number: number, origin: node) { config in
            config.bootstrapServers = []
            config.unreachableAfterMs = Int(Int32.max)
        }
        client.core.useBrokers([])
    }

    /// Says where the brokers are.
    func follow(_ image: MetadataImage) {
        let brokers = image.sortedBrokers.compactMap { broker in
            broker.endpoint("PLAINTEXT").map { ClusterMetadata.Broker(id: broker.id, host: $0.host, port: Int($0.port)) }
        }
        post { $0.useBrokers(brokers) }
    }

    func send<R: Request>(
        _ request: R, to node: Int32, timeoutMs: Int, versions: ClosedRange<Int16>?, then: @escaping @Sendable (Result<R.Response, PeerFailure>) -> Void
    ) {
        var options = RequestOptions(timeoutMs: timeoutMs, attemptTimeoutMs: timeoutMs, retry: .no, versions: versions)
        options.closesLateConnection = true
        post { [options] core in
            core.submit(request, to: .node(node), options: options) { result in then(result.mapError { PeerFailure("\($0)") }) }
        }
    }

    /// On the core's own turn: who asks may be told something by that core just now.
    private func post(_ body: @escaping (ClientCore) -> Void) {
        world.after(0) { [self] in
            guard !client.isOver else { return }
            client.core.now = world.now
            body(client.core)
            client.turn()
        }
    }

    /// Ends with the process.
    func kill() { client.kill() }

    /// Why brokers closed connections to which this one sent something.
    var closed: [String] { client.closedByBroker }
}
