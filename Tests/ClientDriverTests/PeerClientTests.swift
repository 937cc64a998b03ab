import Host
import KafkaClient
import KafkaProtocol
import Synchronization
import Testing

@testable import ClientDriver

/// A peer client and its peers on one loop, which runs until what a test waits for has come.
private final class PeerScene {
    let loop: EventLoop
    let client: PeerClient
    let answers = Answers()

    /// What `send` was told, in the order in which it was told.
    final class Answers: Sendable {
        private let list = Mutex<[(request: Int, result: Result<String, ClientError>)]>([])
        func add(_ request: Int, _ result: Result<String, ClientError>) { list.withLock { $0.append((request, result)) } }
        var all: [(request: Int, result: Result<String, ClientError>)] { list.withLock { $0 } }
    }

    init() throws {
        loop = try EventLoop()
        var config = ClientConfig(bootstrapServers: [], clientId: "peer")
        config.reconnectBackoffMs = 10
        config.reconnectBackoffMaxMs = 20
        client = try PeerClient(config, on: loop)
    }

    deinit { loop.close() }

    func send(_ number: Int, to node: Int32 = 2, timeoutMs: Int = 5_000) {
        client.send(DescribeClusterRequest(), to: node, timeoutMs: timeoutMs) { [answers] result in
            answers.add(number, result.map(\.clusterId))
        }
    }

    func know(_ ports: [Int32: Int]) {
        client.setNodes(ports.sorted { $0.key < $1.key }.map { PeerNode(id: $0.key, host: "127.0.0.1", port: $0.value) })
    }

    /// Whether the condition held within ten seconds.
    func run(until condition: () -> Bool) -> Bool {
        let limit = SystemClock.monotonicMs() + 10_000
        while !condition() {
            if SystemClock.monotonicMs() >= limit { return false }
            loop.runOnce(timeoutMs: 50)
        }
        return true
    }

    func runUntilAnswered(_ count: Int) -> Bool { run { answers.all.count >= count } }

    func failure(_ index: Int) -> ClientError? {
        guard index < answers.all.count, case .failure(let error) = answers.all[index].result else { return nil }
        return error
    }

    /// A port on which nothing listens.
    func closedPort() throws -> Int {
        let server = try PeerServer(loop)
        defer { server.stop() }
        return server.port
    }
}

@Suite struct PeerClientTests {
    @Test func manyRequestsAreSentOnOneConnectionAndAnsweredInOrder() throws {
        let scene = try PeerScene()
        let server = try PeerServer(scene.loop)
        scene.know([2: server.port])
        for number in 0..<1_000 { scene.send(number) }
        #expect(scene.runUntilAnswered(1_000))
        #expect(scene.answers.all.map(\.request) == Array(0..<1_000))
        #expect(scene.answers.all.allSatisfy { (try? $0.result.get()) == "\($0.request)" })
        #expect(server.connections.count == 1)
    }

    @Test func requestsFromOtherThreadsAreAnsweredOnTheLoop() throws {
        let scene = try PeerScene()
        let server = try PeerServer(scene.loop)
        scene.know([2: server.port])
        let (client, answers) = (scene.client, scene.answers)
        let threads = try (0..<4).map { part in
            try Thread.spawn(name: "sender-\(part)") {
                for number in 0..<50 {
                    client.send(DescribeClusterRequest(), to: 2, timeoutMs: 5_000) { answers.add(part * 50 + number, $0.map(\.clusterId)) }
                }
            }
        }
        #expect(scene.runUntilAnswered(200))
        for thread in threads { thread.join() }
        for part in 0..<4 {
            #expect(answers.all.map(\.request).filter { $0 / 50 == part } == Array(part * 50..<part * 50 + 50), "each thread's in its order")
        }
    }

    @Test func aRefusedConnectionIsToldAtOnceWithItsReason() throws {
        let scene = try PeerScene()
        let port = try scene.closedPort()
        scene.know([2: port])
        scene.send(0, timeoutMs: 60_000)
        #expect(scene.runUntilAnswered(1))
        #expect(scene.failure(0)?.kind == .disconnected)
        #expect(scene.failure(0)?.reason == "127.0.0.1:\(port): connection refused")
    }

    @Test func aPeerThatComesBackIsConnectedToAgain() throws {
        let scene = try PeerScene()
        let port = try scene.closedPort()
        scene.know([2: port])
        for number in 0..<5 {
            scene.send(number)
            #expect(scene.runUntilAnswered(number + 1))
            #expect(scene.failure(number)?.kind == .disconnected)
        }
        let server = try PeerServer(scene.loop, port: port)
        scene.send(5)
        #expect(scene.runUntilAnswered(6))
        #expect(try scene.answers.all.last?.result.get() == "0")
        #expect(server.connections.count == 1)
    }

    @Test func aConnectionCutMidRequestFailsWhatWasInFlightAndNothingElse() throws {
        let scene = try PeerScene()
        let server = try PeerServer(scene.loop)
        server.onRequest = { request in
            if request.number == 0 { request.reply() }
            if request.number == 2 { request.connection.close(afterFlush: true) }
        }
        scene.know([2: server.port])
        for number in 0..<3 { scene.send(number) }
        #expect(scene.runUntilAnswered(3))
        #expect(scene.answers.all.map(\.request) == [0, 1, 2])
        #expect(try scene.answers.all.first?.result.get() == "0")
        #expect(scene.failure(1)?.kind == .disconnected && scene.failure(2)?.kind == .disconnected)
        #expect(server.arrived.count == 3, "nothing is sent twice")
        scene.send(3)
        #expect(scene.run { server.arrived.count == 4 })
        #expect(server.connections.count == 2)
    }

    @Test func aPeerThatIsSilentCostsTheTimeGivenAndItsConnection() throws {
        let scene = try PeerScene()
        let server = try PeerServer(scene.loop)
        server.onRequest = { if $0.number > 0 { $0.reply() } }
        scene.know([2: server.port])
        let start = SystemClock.monotonicMs()
        scene.send(0, timeoutMs: 200)
        #expect(scene.runUntilAnswered(1))
        #expect(scene.failure(0)?.kind == .timeout)
        #expect((150..<5_000).contains(SystemClock.monotonicMs() - start))
        scene.send(1)
        #expect(scene.runUntilAnswered(2))
        #expect(try scene.answers.all.last?.result.get() == "1")
        #expect(server.connections.count == 2, "an answer that is late would hold up those behind it")
    }

    @Test func aHandshakeWithoutAnswerTimesOutToo() throws {
        let scene = try PeerScene()
        let server = try PeerServer(scene.loop)
        server.shakesHands = false
        scene.know([2: server.port])
        scene.send(0, timeoutMs: 200)
        #expect(scene.runUntilAnswered(1))
        #expect(scene.failure(0)?.kind == .timeout)
        #expect(server.arrived.isEmpty)
    }

    @Test func closingFailsWhatIsInFlightAndWhatComesLater() throws {
        let scene = try PeerScene()
        let server = try PeerServer(scene.loop)
        server.onRequest = { _ in }
        scene.know([2: server.port, 3: try scene.closedPort()])
        for number in 0..<3 { scene.send(number, timeoutMs: 60_000) }
        #expect(scene.run { server.arrived.count == 3 })
        scene.client.close()
        scene.send(3)
        scene.send(4, to: 3)
        #expect(scene.runUntilAnswered(5))
        #expect(scene.answers.all.map(\.request) == [0, 1, 2, 3, 4])
        #expect((0..<5).allSatisfy { scene.failure($0)?.kind == .closed })
        #expect(scene.run { server.connections.allSatisfy { !$0.isOpen } })
    }

    @Test func anUnknownNodeIsToldAtOnce() throws {
        let scene = try PeerScene()
        scene.send(0, to: 7, timeoutMs: 60_000)
        #expect(scene.runUntilAnswered(1))
        #expect(scene.failure(0)?.code == .brokerNotAvailable)
    }

    @Test func aNodeThatMovedIsAskedAtItsNewPlace() throws {
        let scene = try PeerScene()
        let (first, second) = (try PeerServer(scene.loop), try PeerServer(scene.loop))
        first.onRequest = { _ in }
        scene.know([2: first.port])
        scene.send(0, timeoutMs: 60_000)
        #expect(scene.run { first.arrived.count == 1 })
        scene.know([2: second.port])
        scene.send(1)
        #expect(scene.runUntilAnswered(2))
        #expect(scene.failure(0)?.kind == .disconnected)
        #expect(try scene.answers.all.last?.result.get() == "0")
        #expect(scene.run { first.connections.allSatisfy { !$0.isOpen } })
    }

    @Test func anApiThatThePeerDoesNotSpeakIsNotSent() throws {
        let scene = try PeerScene()
        let server = try PeerServer(scene.loop)
        scene.know([2: server.port])
        let answers = scene.answers
        scene.client.send(ListGroupsRequest(), to: 2, timeoutMs: 5_000) { answers.add(0, $0.map { _ in "" }) }
        #expect(scene.runUntilAnswered(1))
        #expect(scene.failure(0)?.kind == .unsupportedVersion)
        #expect(server.arrived.isEmpty)
    }
}
