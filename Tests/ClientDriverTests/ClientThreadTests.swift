import KafkaClient
import KafkaProtocol
import Testing

@testable import ClientDriver

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
