import ClientDriver
import Host
import KafkaClient
import Vocabulary

/// Numbers for addresses, by which a `PeerClient` knows nodes: a place of the quorum may be known before it is known which node is there. Used on one loop.
final class ClusterPeers {
    private let clients: [PeerClient]
    private var numbers: [HostPort: Int32] = [:]

    init(_ clients: [PeerClient]) { self.clients = clients }

    /// The number of an address, which all clients know from now on.
    func number(_ address: HostPort) -> Int32 {
        if let known = numbers[address] { return known }
        let number = Int32(numbers.count)
        numbers[address] = number
        let nodes = numbers.map { PeerNode(id: $0.value, host: $0.key.host, port: $0.key.port) }
        for client in clients { client.setNodes(nodes) }
        return number
    }

    func close() { for client in clients { client.close() } }
}
