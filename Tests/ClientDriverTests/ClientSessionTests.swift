import Host
import KafkaClient
import KafkaProtocol
import Synchronization
import Testing
import Vocabulary

@testable import ClientDriver

/// A peer on a loop of its own thread, for clients that block or have a thread themselves.
private final class ServedPeer: Sendable {
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

@Suite struct ClientSessionTests {
    @Test func requestsOfASessionAreAnsweredInTheOrderOfTheCalls() throws {
        let peer = try ServedPeer()
        defer { peer.stop() }
        let session = try ClientSession(ClientConfig(bootstrapServers: [peer.address]), isInterrupted: { false })
        let results = session.sendAll((0..<20).map { _ in Call(DescribeClusterRequest(), to: .any) })
        #expect(try results.map { try $0.get().clusterId } == (0..<20).map { "\($0)" })
        session.close()
        #expect(throws: ClientError(.closed, message: "The client is closed.")) { try session.pump(untilMs: 0) }
    }

    @Test func anInterruptEndsAWaitThatWouldLast() throws {
        let peer = try ServedPeer { server in server.onRequest = { _ in } }
        defer { peer.stop() }
        let start = SystemClock.monotonicMs()
        let session = try ClientSession(ClientConfig(bootstrapServers: [peer.address]), isInterrupted: { SystemClock.monotonicMs() > start + 200 })
        let error = #expect(throws: ClientError.self) { try session.send(DescribeClusterRequest()) }
        #expect(error?.kind == .interrupted)
        #expect(SystemClock.monotonicMs() - start < 5_000)
    }

    @Test func aCallEndsWhenItsTimeIsOver() throws {
        let peer = try ServedPeer { server in server.onRequest = { _ in } }
        defer { peer.stop() }
        let session = try ClientSession(ClientConfig(bootstrapServers: [peer.address]), isInterrupted: { false })
        let start = SystemClock.monotonicMs()
        let error = #expect(throws: ClientError.self) { try session.send(DescribeClusterRequest(), timeoutMs: 200) }
        #expect(error?.kind == .timeout)
        #expect((150..<5_000).contains(SystemClock.monotonicMs() - start))
    }
}

@Suite struct ClientThreadTests {
    @Test func aThreadServesItsClientAndRefusesWorkOnceItIsStopped() async throws {
        let peer = try ServedPeer()
        defer { peer.stop() }
        let thread = try ClientThread(ClientConfig(bootstrapServers: [peer.address]), name: "client")
        let answer = await withCheckedContinuation { continuation in
            thread.perform { driver in
                driver.core.submit(DescribeClusterRequest(), to: .any) { continuation.resume(returning: $0) }
            }
        }
        #expect(try answer.get().clusterId == "0")
        await withCheckedContinuation { continuation in thread.stop { _ in continuation.resume() } }
        #expect(!thread.perform { _ in Issue.record("done after the stop") })
    }

    @Test func whatIsPendingWhenAThreadIsStoppedFails() async throws {
        let peer = try ServedPeer { server in server.onRequest = { _ in } }
        defer { peer.stop() }
        let thread = try ClientThread(ClientConfig(bootstrapServers: [peer.address]), name: "client")
        let answer = await withCheckedContinuation { continuation in
            thread.perform { driver in
                driver.core.submit(DescribeClusterRequest(), to: .any) { continuation.resume(returning: $0) }
            }
            thread.stop()
        }
        guard case .failure(let error) = answer else {
            Issue.record("answered by nobody")
            return
        }
        #expect(error.kind == .closed)
    }
}

/// A machine that always says that something of its is overdue.
private final class Discontent: ClientMachine {
    func advance(now: Int64) {}
    let nextDeadline: Int64? = 0
}

@Suite struct ClientDriverTests {
    @Test func aMachineThatIsNeverContentDoesNotKeepTheLoopFromItsSockets() throws {
        let loop = try EventLoop()
        defer { loop.close() }
        let server = try PeerServer(loop)
        let driver = try ClientDriver(ClientConfig(bootstrapServers: [HostPort(host: "127.0.0.1", port: server.port)]), on: loop)
        driver.core.attach(Discontent())
        var answer: Result<DescribeClusterResponse, ClientError>?
        driver.core.submit(DescribeClusterRequest(), to: .any) { result in
            answer = result
            loop.stop()
        }
        driver.turn()
        #expect(loop.run(untilMs: SystemClock.monotonicMs() + 10_000))
        #expect(try answer?.get().clusterId == "0")
        driver.close()
    }
}
