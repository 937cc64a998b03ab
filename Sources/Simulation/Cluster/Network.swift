import Vocabulary

/// Where servers are reached, and which ways between nodes lose everything, so that neither side hears of it.
final class Network: @unchecked Sendable {
    // Unchecked: a simulation is one thread.
    struct Way: Hashable {
        var from: Int32
        var to: Int32
    }

    private var servers: [HostPort: SimulatedServer] = [:]
    private(set) var lost: Set<Way> = []

    /// Where clients begin.
    var addresses: [HostPort] { servers.keys.sorted { $0.host < $1.host } }

    func add(_ server: SimulatedServer) { servers[server.address] = server }

    func server(at address: HostPort) -> SimulatedServer? { servers[address] }

    func lose(_ from: Int32, _ to: Int32) { lost.insert(Way(from: from, to: to)) }

    func find(_ from: Int32, _ to: Int32) { lost.remove(Way(from: from, to: to)) }

    /// Every way leads to where it should again.
    func heal() { lost = [] }

    /// Whether what a node sends to another is lost. Clients are no nodes: their connections have troubles of their own.
    func loses(_ from: Int32?, _ to: Int32?) -> Bool {
        guard !lost.isEmpty, let from, let to else { return false }
        return lost.contains(Way(from: from, to: to))
    }
}
