import Broker
import KafkaClient
import KafkaProtocol

/// One connection of a client, or of another broker, to a broker over a network that delays, loses from one moment on, and cuts. What arrives, arrives in order.
final class Link: @unchecked Sendable {
    // Unchecked: a simulation is one thread.
    private let world: World
    private let network: Network
    private let server: SimulatedServer
    private weak var client: SimulatedClient?
    /// The broker on the client's side, if it is one; requests may outlive their client.
    private let origin: Int32?
    private let id: ConnectionID
    private let process: Int
    private let connection: ClientConnection
    /// Whether the client has it, and whether the broker does.
    private var isOpen = true
    private var isServed = true
    /// Nothing more arrives in a direction, and nobody is told.
    var losesRequests = false
    var losesReplies = false
    /// By so many milliseconds more requests are late, also those of a client that has given up meanwhile.
    var stallMs: Int64 = 0
    private var requestArrives: Int64 = 0
    private var replyArrives: Int64 = 0
    /// Replies by the number of their request, until those before them are sent.
    private var replies: [Int: Reply] = [:]
    private var lastRequest = 0
    private var nextReply = 1

    init(_ world: World, _ network: Network, _ server: SimulatedServer, _ client: SimulatedClient, _ id: ConnectionID) {
        self.world = world
        self.network = network
        self.server = server
        self.client = client
        origin = client.origin
        self.id = id
        process = server.process
        let loop = ConnectionLoop(timers: server.loopTimers) { [unowned world, unowned server, process = server.process] work in
            world.after(0) { if server.process == process { work() } }
        }
        connection = ClientConnection(id: id.value, listener: "PLAINTEXT", peerHost: "/10.0.0.\(client.number)", loop: loop)
    }

    private var delay: Int64 { Int64(world.isOneIn(40) ? world.below(400) : world.below(6)) }

    /// What is lost on a connection never arrives, and what comes after it neither.
    private var losesRequest: Bool {
        if network.loses(origin, server.id) { losesRequests = true }
        return losesRequests
    }

    private var losesReply: Bool {
        if network.loses(server.id, origin) { losesReplies = true }
        return losesReplies
    }

    func send(_ frame: Bytes) {
        requestArrives = max(requestArrives, world.now + delay + stallMs)
        let isLost = losesRequest
        world.at(requestArrives) { [self] in
            guard isServed, !isLost, !losesRequest, server.process == process, let broker = server.broker else { return }
            lastRequest += 1
            let number = lastRequest
            world.note("request", Int64(id.value), frame)
            server.onRequest(frame)
            broker.handle(frame, from: connection, now: world.now) { [self] reply in
                replies[number] = reply
                flush()
            }
        }
    }

    private func flush() {
        while isOpen, let reply = replies.removeValue(forKey: nextReply) {
            nextReply += 1
            switch reply {
            case .nothing: break
            case .close(let reason):
                client?.closedByBroker.append(reason)
                end(reportedAfter: delay)
            case .frame(let pieces, _):
                // The bytes leave now: what the files hold later is another matter.
                guard let frame = try? RecordData.pieces(pieces).gathered().dropFirst(4) else { return end(reportedAfter: delay) }
                deliver(frame)
            }
        }
    }

    private func deliver(_ frame: Bytes) {
        replyArrives = max(replyArrives, world.now + delay)
        let isLost = losesReply
        world.at(replyArrives) { [self] in
            guard isOpen, !isLost, !losesReply else { return }
            world.note("reply", Int64(id.value), frame)
            client?.report(.received(id, [frame]))
        }
    }

    /// The connection is over on both sides; the client hears of it after a while.
    func end(reportedAfter ms: Int64) {
        guard isOpen else { return }
        isOpen = false
        world.note("cut", Int64(id.value))
        stopServing()
        world.after(ms) { [self] in client?.disconnected(id) }
    }

    /// The client closed it.
    func close() {
        guard isOpen else { return }
        isOpen = false
        stopServing()
    }

    /// The broker learns of the end behind the requests that are still on their way, where those stall.
    private func stopServing() {
        server.forget(self)
        if stallMs > 0, requestArrives > world.now {
            world.at(requestArrives) { [self] in hangUp() }
        } else {
            hangUp()
        }
    }

    private func hangUp() {
        isServed = false
        connection.close()
    }
}
