import Host
import KafkaClient
import KafkaProtocol
import Testing
import Vocabulary

@testable import ClientDriver

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
