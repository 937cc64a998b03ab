import KafkaProtocol
import LogStorage
import Synchronization
import Testing

@testable import Host

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A frame with its length in front, as `send` wants it.
func frame(_ bytes: [UInt8]) -> Bytes { Bytes(stream(of: [bytes])) }

/// A listener and a client on one loop, which runs until a test stops it.
final class Loopback {
    let loop: EventLoop
    private(set) var listener: Listener?
    var server: Connection?
    var limits = ConnectionLimits()

    init() throws { loop = try EventLoop() }

    deinit { loop.close() }

    func listen(transport: Transport = .plain, _ setUp: @escaping (Connection) -> Void) throws -> Int {
        let made = try Listener(loop: loop, host: "127.0.0.1", port: 0) { [unowned self] descriptor, peer in
            let connection = Connection(loop: loop, descriptor: descriptor, peer: peer, transport: transport, limits: limits)
            server = connection
            setUp(connection)
            connection.start()
        }
        listener = made
        return made.boundPort
    }

    func connect(_ port: Int, host: String = "127.0.0.1", tls: TLSContext? = nil, _ then: @escaping (Connection) -> Void) {
        Connector(loop: loop, host: host, port: port, tls: tls, timeoutMs: 5000) { result in
            switch result {
            case .success(let connection): then(connection)
            case .failure(let failure):
                Issue.record("no connection: \(failure)")
                self.loop.stop()
            }
        }
    }

    /// Runs until a callback stops the loop; false after ten seconds.
    func run() -> Bool { loop.run(untilMs: SystemClock.monotonicMs() + 10_000) }
}

@Suite struct ConnectionTests {
    @Test func framesGoBothWaysInOrder() throws {
        let net = try Loopback()
        let port = try net.listen { server in
            server.onFrames = { connection, frames in for bytes in frames { connection.send(frame(bytes.array.reversed())) } }
        }
        var replies: [[UInt8]] = []
        net.connect(port) { client in
            client.onFrames = { _, frames in
                replies += frames.map(\.array)
                if replies.count == 3 { net.loop.stop() }
            }
            for bytes: [UInt8] in [[1, 2], [], [3, 4, 5]] { client.send(frame(bytes)) }
        }
        #expect(net.run())
        #expect(replies == [[2, 1], [], [5, 4, 3]])
        #expect(net.server?.peer.host == "127.0.0.1")
    }

    @Test func aConnectionOnWhichNothingMovesIsClosedInTime() throws {
        let net = try Loopback()
        net.limits.maxIdleMs = 1000
        let port = try net.listen { server in server.onFrames = { _, _ in } }
        let start = SystemClock.monotonicMs()
        var ends: [String: Int64] = [:]
        func ended(_ name: String) -> (Connection, CloseReason) -> Void {
            { _, reason in
                #expect(reason == .peerClosed)
                ends[name] = SystemClock.monotonicMs() - start
                net.loop.stop()
            }
        }
        var sending: LoopTimer?
        net.connect(port) { busy in
            busy.onClose = ended("busy")
            sending = net.loop.schedule(afterMs: 0, repeatMs: 20) { busy.send(frame([1])) }
        }
        net.connect(port) { quiet in quiet.onClose = ended("quiet") }
        #expect(net.run())
        #expect(ends["busy"] == nil)
        #expect((1000..<2000).contains(ends["quiet"] ?? 0))
        sending?.cancel()
        #expect(net.run())
        #expect((ends["busy"] ?? 0) >= 1000)
    }

    @Test func fileRangesAreSentBetweenBytes() throws {
        let scratch = try Scratch()
        let net = try Loopback()
        let content = (0..<8_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7 >> 2) }
        let file = try scratch.disk.openFile(scratch["log"], create: true)
        try file.write([Bytes(content)], at: 0)
        let long = try file.piece(at: 500, count: 7_000_000), short = try file.piece(at: 0, count: 1000)
        let port = try net.listen { server in
            server.onFrames = { connection, _ in
                let body = 3 + 7_000_000 + 1 + 1000
                connection.send([
                    .bytes(.empty), .bytes(Bytes([24, 16, 8, 0].map { UInt8(truncatingIfNeeded: body >> $0) })), .bytes([1, 2, 3]),
                    long, .bytes([9]), short,
                ])
            }
        }
        var reply: Bytes?
        net.connect(port) { client in
            client.onFrames = { _, frames in
                reply = frames.first
                net.loop.stop()
            }
            client.send(frame([0]))
        }
        #expect(net.run())
        var expected: [UInt8] = [1, 2, 3]
        expected += content[500..<7_000_500]
        expected.append(9)
        expected += content[..<1000]
        #expect(reply?.array == expected)
    }

    @Test func aLongReplyLeavesRoomForOthers() throws {
        let scratch = try Scratch()
        let net = try Loopback()
        let size = 200_000_000
        let file = try scratch.disk.openFile(scratch["log"], create: true)
        try file.truncate(to: size)
        let whole = try file.piece(at: 0, count: size)
        let port = try net.listen { server in
            server.onFrames = { connection, frames in
                for bytes in frames {
                    if bytes.count > 0 {
                        connection.send(Bytes([24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) }))
                        connection.send([whole])
                    } else {
                        connection.send(frame([]))
                    }
                }
            }
        }
        let isWhole = Mutex(false)
        let loop = net.loop
        var answersMeanwhile = 0
        // Its own thread drains the long reply, as a fast reader elsewhere would.
        let other = try EventLoop()
        let thread = try Thread.spawn(name: "reader") {
            Connector(loop: other, host: "127.0.0.1", port: port, limits: ConnectionLimits(maxFrameBytes: size), timeoutMs: 5000) { result in
                guard case .success(let client) = result else { return other.stop() }
                client.onFrames = { _, frames in
                    isWhole.withLock { $0 = frames.first?.count == size }
                    loop.stop()
                    other.stop()
                }
                client.send(frame([1]))
            }
            other.run()
            other.close()
        }
        net.connect(port) { client in
            client.onFrames = { connection, _ in
                answersMeanwhile += 1
                connection.send(frame([]))
            }
            client.send(frame([]))
        }
        #expect(net.run())
        thread.join()
        #expect(isWhole.withLock { $0 })
        #expect(answersMeanwhile > 5)
    }

    @Test func aFileThatIsTooShortEndsTheConnection() throws {
        let scratch = try Scratch()
        let net = try Loopback()
        let file = try scratch.disk.openFile(scratch["log"], create: true)
        try file.write([Bytes("short")], at: 0)
        let tooLong = try file.piece(at: 0, count: 10)
        var reason: CloseReason?
        let port = try net.listen { server in
            server.onClose = { reason = $1 }
            server.send([tooLong])
        }
        net.connect(port) { $0.onClose = { _, _ in net.loop.stop() } }
        #expect(net.run())
        #expect(reason == .fileEnded)
    }

    /// A source whose bytes cannot be read.
    private final class Broken: FileRangeSource {
        var fileDescriptor: Int32? { nil }
        func bytes(at offset: Int, count: Int) throws -> Bytes { throw DiskError(operation: "read", path: "x.log", code: EIO, message: "Input/output error") }
    }

    @Test func aFileThatCannotBeReadIsNamed() throws {
        let net = try Loopback()
        var reason: CloseReason?
        let port = try net.listen { server in
            server.onClose = { reason = $1 }
            server.send([.file(FileRange(source: Broken(), offset: 0, count: 10))])
        }
        net.connect(port) { $0.onClose = { _, _ in net.loop.stop() } }
        #expect(net.run())
        #expect(reason == .fileFailed("cannot read x.log: Input/output error"))
    }

    @Test func aReaderThatDoesNotDrainIsNotReadFrom() throws {
        let net = try Loopback()
        net.limits = ConnectionLimits(maxFrameBytes: 1 << 20, maxPendingBytes: 100_000)
        var served = 0
        let port = try net.listen { server in
            server.onFrames = { connection, frames in
                served += frames.count
                for _ in frames { connection.send(frame([UInt8](repeating: 5, count: 50_000))) }
            }
        }
        var got = 0
        let asked = 4000
        net.connect(port) { client in
            client.onFrames = { _, frames in
                got += frames.count
                if got == asked { net.loop.stop() }
            }
            client.pauseReading()
            for _ in 0..<asked { client.send(frame([UInt8](repeating: 1, count: 2000))) }
            net.loop.schedule(afterMs: 300) {
                #expect(served < asked, "the server went on reading")
                #expect(net.server?.isWritable == false)
                client.resumeReading()
            }
        }
        #expect(net.run())
        #expect(got == asked && served == asked)
    }

    @Test func closingAfterTheFlushDeliversEverything() throws {
        let net = try Loopback()
        var serverReason: CloseReason?
        let port = try net.listen { server in
            server.onClose = { serverReason = $1 }
            server.onFrames = { connection, _ in
                connection.send(frame([UInt8](repeating: 3, count: 3_000_000)))
                connection.close(afterFlush: true)
            }
        }
        var size = 0
        var clientReason: CloseReason?
        net.connect(port) { client in
            client.onFrames = { size += $1.first?.count ?? 0 }
            client.onClose = {
                clientReason = $1
                net.loop.stop()
            }
            client.send(frame([1]))
        }
        #expect(net.run())
        #expect(size == 3_000_000 && serverReason == .local && clientReason == .peerClosed)
    }

    @Test func aBadLengthClosesTheConnectionWithItsReason() throws {
        let net = try Loopback()
        net.limits = ConnectionLimits(maxFrameBytes: 100)
        var reason: CloseReason?
        var served: [[UInt8]] = []
        let port = try net.listen { server in
            server.onFrames = { served += $1.map(\.array) }
            server.onClose = {
                reason = $1
                net.loop.stop()
            }
        }
        net.connect(port) { $0.send(Bytes(stream(of: [[4]]) + [0, 0, 1, 0])) }
        #expect(net.run())
        #expect(reason == .frame(.length(256, limit: 100)))
        #expect(served == [[4]])
    }

    @Test func acceptedSocketsCanBeServedOnAnotherLoop() throws {
        let net = try Loopback()
        let other = try EventLoop()
        let thread = try Thread.spawn(name: "other") {
            other.run()
            other.close()
        }
        let listener = try Listener(loop: net.loop, host: "localhost", port: 0) { descriptor, peer in
            other.post {
                let connection = Connection(loop: other, descriptor: descriptor, peer: peer)
                connection.onFrames = { for bytes in $1 { $0.send(frame(bytes.array)) } }
                connection.start()
            }
        }
        var got: [UInt8]?
        net.connect(listener.boundPort, host: "localhost") { client in
            client.onFrames = {
                got = $1.first?.array
                net.loop.stop()
            }
            client.send(frame([1, 2, 3]))
        }
        #expect(net.run())
        other.stop()
        thread.join()
        #expect(got == [1, 2, 3])
    }

    @Test func aPortInUseIsNamed() throws {
        let net = try Loopback()
        let port = try net.listen { _ in }
        let error = #expect(throws: SystemError.self) { try Listener(loop: net.loop, host: "127.0.0.1", port: port) { _, _ in } }
        #expect(error?.description == "cannot listen on 127.0.0.1:\(port): Address already in use")
    }
}

@Suite struct ConnectorTests {
    private func failure(host: String, port: Int, timeoutMs: Int64 = 5000) throws -> ConnectFailure? {
        let loop = try EventLoop()
        var failure: ConnectFailure?
        Connector(loop: loop, host: host, port: port, timeoutMs: timeoutMs) {
            if case .failure(let error) = $0 { failure = error }
            loop.stop()
        }
        #expect(loop.run(untilMs: SystemClock.monotonicMs() + 15_000))
        return failure
    }

    @Test func aClosedPortIsRefused() throws {
        let error = try failure(host: "localhost", port: 1)
        #expect(error?.kind == .refused)
        #expect(error?.target.hasPrefix("localhost/") == true)
    }

    @Test func anUnknownNameIsUnresolved() throws {
        let error = try failure(host: "no-such-host.invalid", port: 1)
        guard case .unresolved = error?.kind else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func aFullBacklogTimesOut() throws {
        let loop = try EventLoop()
        let listener = try Listener(loop: loop, host: "127.0.0.1", port: 0, backlog: 0) { _, _ in }
        // Nobody runs the listener's loop: its queue fills, and the kernel answers no more.
        var sockets: [Int32] = []
        let address = try #require(SocketAddress(literal: "127.0.0.1", port: listener.boundPort))
        for _ in 0..<4 {
            let made = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            _ = address.withSockaddr { Glibc.connect(made, $0, $1) }
            sockets.append(made)
        }
        let error = try failure(host: "127.0.0.1", port: listener.boundPort, timeoutMs: 300)
        #expect(error?.kind == .timedOut)
        #expect(error?.target == "/127.0.0.1:\(listener.boundPort)")
        for made in sockets { close(made) }
    }
}
