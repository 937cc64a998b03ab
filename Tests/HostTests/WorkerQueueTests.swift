import Synchronization
import Testing

@testable import Host

@Suite struct WorkerQueueTests {
    @Test func whatBlocksHoldsUpOneThread() throws {
        let queue = try WorkerQueue(name: "test", count: 2)
        let order = Mutex<[Int]>([])
        let isReleased = Atomic(false)
        // The first waits until the others have run on the second thread.
        queue.run {
            while !isReleased.load(ordering: .acquiring) { Thread.sleep(ms: 1) }
            order.withLock { $0.append(0) }
        }
        for number in 1...20 { queue.run { order.withLock { $0.append(number) } } }
        queue.run { isReleased.store(true, ordering: .releasing) }
        queue.wait(ms: 10_000)
        #expect(order.withLock { $0 } == Array(1...20) + [0])
        queue.stop()
    }

    @Test func aStopDoesWhatWasAskedFor() throws {
        let queue = try WorkerQueue(name: "test", count: 3)
        let count = Atomic(0)
        for _ in 0..<1000 { queue.run { count.add(1, ordering: .relaxed) } }
        queue.stop()
        #expect(count.load(ordering: .relaxed) == 1000)
    }

    @Test func waitingEndsWithItsTime() throws {
        let queue = try WorkerQueue(name: "test", count: 1)
        let isReleased = Atomic(false)
        queue.run { while !isReleased.load(ordering: .acquiring) { Thread.sleep(ms: 1) } }
        let began = SystemClock.monotonicMs()
        queue.wait(ms: 30)
        #expect((25...5_000).contains(SystemClock.monotonicMs() - began))
        isReleased.store(true, ordering: .releasing)
        queue.stop()
    }
}
