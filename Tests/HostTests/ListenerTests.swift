import Testing

@testable import Host

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite struct ListenerTests {
    @Test func whoConnectsToAPausedListenerWaitsInTheBacklog() throws {
        let loop = try EventLoop()
        defer { loop.close() }
        var accepted: [Int32] = []
        var made: Listener?
        let listener = try Listener(loop: loop, host: "127.0.0.1", port: 0) { descriptor, _ in
            accepted.append(descriptor)
            // All three wait by then: the rest of the round is left alone too.
            made?.isPaused = accepted.count == 1
            if accepted.count == 3 { loop.stop() }
        }
        made = listener
        let clients = (0..<3).map { _ in
            let client = connected(to: listener.boundPort)
            #expect(client >= 0)
            return client
        }
        _ = loop.run(untilMs: SystemClock.monotonicMs() + 100)
        #expect(accepted.count == 1)
        listener.isPaused = false
        #expect(loop.run(untilMs: SystemClock.monotonicMs() + 10_000))
        #expect(accepted.count == 3)
        for descriptor in accepted + clients { closeSocket(descriptor) }
    }

    @Test func connectionsHaveTheSizesOfTheirListener() throws {
        let loop = try EventLoop()
        defer { loop.close() }
        var sizes: [Int32] = []
        let listener = try Listener(loop: loop, host: "127.0.0.1", port: 0, buffers: SocketBuffers(send: 20_000, receive: 30_000)) { descriptor, _ in
            for option in [SO_SNDBUF, SO_RCVBUF] {
                var value: Int32 = 0
                var length = socklen_t(MemoryLayout<Int32>.size)
                getsockopt(descriptor, SOL_SOCKET, option, &value, &length)
                sizes.append(value)
            }
            closeSocket(descriptor)
            loop.stop()
        }
        let client = connected(to: listener.boundPort)
        #expect(loop.run(untilMs: SystemClock.monotonicMs() + 10_000))
        closeSocket(client)
        // Linux doubles what it is asked for, to leave room for its own bookkeeping.
        #expect(sizes == [40_000, 60_000] || sizes == [20_000, 30_000])
    }

    /// A socket that is connected, or queued to be, when this returns.
    private func connected(to port: Int) -> Int32 {
        guard let address = SocketAddress(literal: "127.0.0.1", port: port) else { return -1 }
        #if canImport(Glibc)
            let made = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            let made = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        return address.withSockaddr { connect(made, $0, $1) } == 0 ? made : -1
    }
}
