import Host
import Vocabulary

@testable import ClientDriver

/// A peer on a loop of its own thread, for clients that block or have a thread themselves.
final class ServedPeer: Sendable {
    let port: Int
    private let loop: EventLoop
    private let thread: Thread

    init(_ setUp: @escaping @Sendable (PeerServer) -> Void = { _ in }) throws {
        let loop = try EventLoop()
        let server = try PeerServer(loop)
        port = server.port
        setUp(server)
        let held = Confined(server)
        self.loop = loop
        thread = try Thread.spawn(name: "peer") {
            loop.run()
            held.value.stop()
            loop.close()
        }
    }

    var address: HostPort { HostPort(host: "127.0.0.1", port: port) }

    func stop() {
        loop.stop()
        thread.join()
    }
}
