import Broker
import Coordination
import KafkaClient
import KafkaProtocol
import Vocabulary

/// A broker's requests to other brokers over the simulated network, by a real client core, as the server's `BrokerPeers` sends them.
final class SimulatedPeers: PeerLink, @unchecked Sendable {
    // Unchecked: a simulation is one thread.
    private let world: World
    /// Nil once the process is over: what it waited for is let go of.
    private var client: SimulatedClient?
    /// Why brokers closed connections to which this one sent something.
    private(set) var closed: [String] = []

    init(_ world: World, _ network: Network, node: Int32, number: Int) {
        self.world = world
        let client = SimulatedClient(world, network, number: number, origin: node) { config in
            config.bootstrapServers = []
            config.unreachableAfterMs = Int(Int32.max)
        }
        client.core.useBrokers([])
        self.client = client
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
            guard let client else { return }
            client.core.now = world.now
            body(client.core)
            client.turn()
        }
    }

    /// Ends with the process.
    func kill() {
        closed += client?.closedByBroker ?? []
        client?.kill()
        client = nil
    }
}
