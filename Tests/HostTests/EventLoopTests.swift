import Synchronization
import Testing

@testable import Host

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite struct EventLoopTests {
    @Test func timersFireInOrderAndCancelledOnesDoNot() throws {
        let loop = try EventLoop()
        var events: [String] = []
        loop.schedule(afterMs: 20) {
            events.append("late")
            loop.stop()
        }
        loop.schedule(afterMs: 5) { events.append("early") }
        loop.schedule(afterMs: 10) { events.append("never") }.cancel()
        var ticks = 0
        let repeating = loop.schedule(afterMs: 1, repeatMs: 1) { ticks += 1 }
        loop.run()
        #expect(events == ["early", "late"])
        #expect(ticks > 2 && repeating.isPending)
    }

    @Test func aDeadlineEndsTheRun() throws {
        let loop = try EventLoop()
        let start = SystemClock.monotonicMs()
        #expect(!loop.run(untilMs: start + 30))
        #expect((29...500).contains(SystemClock.monotonicMs() - start))
        loop.runOnce(timeoutMs: 0)
        loop.runOnce(timeoutMs: 5)
    }

    @Test func workFromOtherThreadsRunsInOrder() throws {
        let loop = try EventLoop()
        let seen = Mutex<[Int]>([])
        let thread = try Thread.spawn(name: "poster") {
            for number in 0..<1000 { loop.post { seen.withLock { $0.append(number) } } }
            loop.post { loop.stop() }
        }
        loop.run()
        thread.join()
        #expect(seen.withLock { $0 } == Array(0..<1000))
    }

    @Test func aStopThatComesFirstEndsTheRun() throws {
        let loop = try EventLoop()
        loop.stop()
        loop.run()
        #expect(loop.run(untilMs: SystemClock.monotonicMs() + 5) == false)
    }

    @Test func signalsArrive() throws {
        let loop = try EventLoop()
        var count = 0
        try loop.onSignal(SIGUSR2) {
            count += 1
            loop.stop()
        }
        kill(getpid(), SIGUSR2)
        loop.run(untilMs: SystemClock.monotonicMs() + 5000)
        #expect(count == 1)
    }

    @Test func namesAreResolvedOrRefused() throws {
        let loop = try EventLoop()
        var answers: [String: Result<[SocketAddress], ResolveFailure>] = [:]
        for host in ["127.0.0.1", "::1", "[::1]", "localhost", "no-such-host.invalid", ""] {
            loop.resolve(host: host, port: 9092, timeoutMs: 10_000) {
                answers[host] = $0
                if answers.count == 6 { loop.stop() }
            }
        }
        loop.run(untilMs: SystemClock.monotonicMs() + 20_000)
        #expect(try answers["127.0.0.1"]?.get().map(\.description) == ["127.0.0.1:9092"])
        #expect(try answers["[::1]"]?.get().map(\.description) == ["[::1]:9092"])
        #expect(try answers["localhost"]?.get().isEmpty == false)
        #expect(throws: ResolveFailure.self) { try answers["no-such-host.invalid"]?.get() }
        #expect(throws: ResolveFailure.self) { try answers[""]?.get() }
    }

    @Test func anIdleHookRunsEveryRound() throws {
        let loop = try EventLoop()
        var rounds = 0
        loop.onIdle = { rounds += 1 }
        loop.runOnce(timeoutMs: 1)
        loop.runOnce(timeoutMs: 1)
        #expect(rounds == 2)
    }
}
