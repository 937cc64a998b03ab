import Host
import KafkaClient
import KafkaProtocol
import Testing

@testable import ClientDriver

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
