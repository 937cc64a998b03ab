import Host
import KafkaProtocol
import LogStorage
import Security
import Synchronization
import Testing

@testable import Broker
@testable import Server

/// Holds up whoever lists groups.
private struct SlowLists: QuotaKeeper {
    func charge(_ kind: QuotaKind, _ principal: Principal, clientId: String?, bytes: Int, now: Int64) -> Int32 { clientId == "greedy" ? 300 : 0 }
}

/// A broker in memory behind a listener, and a client, all on one loop that runs until a test stops it.
private final class Channels {
    let loop: EventLoop
    let broker: Broker
    let timers = Timers()
    private let deadlines: LoopDeadlines
    private var listener: Listener?
    private var channels: [ClientChannel] = []
    private(set) var closed = 0

    init() throws {
        loop = try EventLoop()
        var settings = BrokerSettings()
        settings.durability = .memory
        settings.clock = { SystemClock.wallMs() }
        settings.quotas = SlowLists()
        settings.endpoints = [.init(listener: "PLAINTEXT", host: "127.0.0.1", port: 9092)]
        broker = try Broker(settings: settings, disk: MemoryDisk(), now: SystemClock.wallMs())
        deadlines = LoopDeadlines(timers, on: loop)
        listener = try Listener(loop: loop, host: "127.0.0.1", port: 0) { [unowned self] descriptor, peer in
            let client = ClientConnection(
                id: UInt64(channels.count), listener: "PLAINTEXT", peerHost: "/127.0.0.1",
                loop: ConnectionLoop(timers: timers) { [loop] in loop.post($0) })
            let connection = Connection(loop: loop, descriptor: descriptor, peer: peer, limits: ConnectionLimits())
            let channel = ClientChannel(connection: connection, client: client, broker: broker, loop: loop, log: .silent)
            channels.append(channel)
            channel.start { [unowned self] _ in closed += 1 }
        }
    }

    deinit { loop.close() }

    func connect(_ then: @escaping (Connection) -> Void) {
        Connector(loop: loop, host: "127.0.0.1", port: listener?.boundPort ?? 0, tls: nil, timeoutMs: 5000) { result in
            if case .success(let connection) = result { then(connection) } else { Issue.record("no connection") }
        }
    }

    /// Runs until a callback stops the loop; false after ten seconds.
    func run() -> Bool { loop.run(untilMs: SystemClock.monotonicMs() + 10_000) }
}

private func request<R: Request>(_ request: R, version: Int16, _ correlationId: Int32, clientId: String = "c") -> [RecordData.Piece] {
    var writer = WireWriter.frame()
    RequestHeader(apiKey: R.apiKey, version: version, correlationId: correlationId, clientId: clientId)
        .encode(into: &writer, version: RequestHeader.version(for: R.self, version: version))
    request.encode(into: &writer, version: version)
    return writer.finishedFrame()
}

private func fetch(_ topic: String, waitMs: Int32) -> FetchRequest {
    var fetch = FetchRequest()
    fetch.maxBytes = 1 << 20
    fetch.minBytes = 1
    fetch.maxWaitMs = waitMs
    fetch.sessionEpoch = -1
    fetch.topics = [.init()]
    fetch.topics[0].topic = topic
    fetch.topics[0].partitions = [.init()]
    fetch.topics[0].partitions[0].partitionMaxBytes = 1 << 20
    return fetch
}

@Suite struct ClientChannelTests {
    @Test func repliesLeaveInTheOrderOfTheRequests() throws {
        let net = try Channels()
        #expect(net.broker.metadata.createTopicAtStart("t", partitions: 1) == nil)
        var seen: [Int32] = []
        net.connect { client in
            client.onFrames = { _, frames in
                for frame in frames { seen.append(frame.load(0)) }
                if seen.count == 3 { net.loop.stop() }
            }
            client.start()
            // The first waits; those behind it are served meanwhile, and wait for it.
            client.send(request(fetch("t", waitMs: 150), version: 12, 1))
            client.send(request(ListGroupsRequest(), version: 4, 2))
            client.send(request(ApiVersionsRequest(), version: 0, 3))
        }
        #expect(net.run() && seen == [1, 2, 3])
    }

    @Test func whoIsThrottledIsNotReadUntilTheTimeIsOver() throws {
        let net = try Channels()
        var times: [Int32: Int64] = [:]
        net.connect { client in
            client.onFrames = { connection, frames in
                for frame in frames {
                    times[frame.load(0)] = SystemClock.monotonicMs()
                    // The answer comes at once and says for how long; what follows is read when that is over.
                    if frame.load(0, as: Int32.self) == 1 { connection.send(request(ApiVersionsRequest(), version: 0, 2)) } else { net.loop.stop() }
                }
            }
            client.start()
            times[0] = SystemClock.monotonicMs()
            client.send(request(ListGroupsRequest(), version: 4, 1, clientId: "greedy"))
        }
        #expect(net.run())
        let (first, second) = (try #require(times[1]), try #require(times[2]))
        #expect(second - first >= 250, "the second answer came \(second - first) ms after the first")
    }

    @Test func aClientThatGoesTakesItsParkedFetchesWithIt() throws {
        let net = try Channels()
        #expect(net.broker.metadata.createTopicAtStart("t", partitions: 1) == nil)
        let partition = try #require(net.broker.partitions.partition("t", 0))
        var client: Connection?
        net.connect { connection in
            client = connection
            connection.onFrames = { _, _ in Issue.record("nobody answered the fetch") }
            connection.start()
            connection.send(request(fetch("t", waitMs: 600_000), version: 12, 1))
        }
        let watch = net.loop.schedule(afterMs: 2, repeatMs: 2) {
            if net.closed == 1 { return net.loop.stop() }
            if partition.waitingFetches == 1 { client?.close() }
        }
        #expect(net.run())
        watch.cancel()
        #expect(net.closed == 1 && partition.waitingFetches == 0)
    }
}
