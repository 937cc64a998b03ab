import KafkaClient
import KafkaProtocol
import Vocabulary

/// A real client core on the simulated network, driven as a program's event loop would drive it.
final class SimulatedClient: @unchecked Sendable {
    // Unchecked: a simulation is one thread.
    let number: Int
    /// The broker whose requests these are; nil for a program outside.
    let origin: Int32?
    let core: ClientCore
    private let world: World
    private let network: Network
    private var links: [ConnectionID: Link] = [:]
    private var wakesAt: Int64 = .max
    private(set) var isOver = false
    /// Called after each turn of the core: a program takes what there is.
    var onTurn: () -> Void = {}
    /// Why the broker closed connections.
    var closedByBroker: [String] = []

    init(_ world: World, _ network: Network, number: Int, origin: Int32? = nil, configure: (inout ClientConfig) -> Void = { _ in }) {
        (self.number, self.origin) = (number, origin)
        self.world = world
        self.network = network
        var config = ClientConfig(bootstrapServers: network.addresses, clientId: "client-\(number)")
        config.requestTimeoutMs = 3_000
        config.connectionSetupTimeoutMs = 2_000
        // A tool gives up early when nobody answers; these programs wait.
        config.unreachableAfterMs = 600_000
        configure(&config)
        core = ClientCore(config: config, now: world.now, seed: world.random.next())
    }

    /// Lets the core do what is due; to be called after anything was asked of it.
    func turn(_ events: [ClientCore.Event] = []) {
        guard !isOver else { return }
        core.handle(events, now: world.now)
        onTurn()
        perform()
        // What the program asked for in its turn is done in the next.
        if let deadline = core.nextDeadline, deadline < wakesAt || wakesAt <= world.now {
            wakesAt = max(deadline, world.now + 1)
            let due = wakesAt
            world.at(due) { [self] in
                guard wakesAt == due else { return }
                wakesAt = .max
                turn()
            }
        }
    }

    private func perform() {
        for action in core.takeActions() {
            switch action {
            case .connect(let id, let host, let port): connect(id, HostPort(host: host, port: port))
            case .send(let id, let pieces): if let frame = try? RecordData.pieces(pieces).gathered().dropFirst(4) { links[id]?.send(frame) }
            case .close(let id): links.removeValue(forKey: id)?.close()
            }
        }
    }

    private func connect(_ id: ConnectionID, _ address: HostPort) {
        world.after(Int64(world.below(4))) { [self] in
            guard !isOver else { return }
            guard let server = network.server(at: address) else { return turn([.disconnected(id, .unresolvable)]) }
            // Who hears nothing waits for as long as it wants to.
            if network.loses(origin, server.id) || network.loses(server.id, origin) { return }
            guard server.isOpen else { return turn([.disconnected(id, .refused)]) }
            let link = Link(world, network, server, self, id)
            links[id] = link
            server.connect(link)
            turn([.connected(id)])
        }
    }

    func report(_ event: ClientCore.Event) {
        if case .received(let id, _) = event, links[id] == nil { return }
        turn([event])
    }

    func disconnected(_ id: ConnectionID) { if links.removeValue(forKey: id) != nil { turn([.disconnected(id, .closedByPeer)]) } }

    /// The program ends without a word.
    func kill() {
        isOver = true
        for link in links.sorted(by: { $0.key.value < $1.key.value }).map(\.value) { link.close() }
        links = [:]
    }
}
