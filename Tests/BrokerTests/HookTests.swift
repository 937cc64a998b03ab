import Synchronization
import Testing

@testable import Broker

@Suite struct HookTests {
    /// A closure that is wrapped once more with each call would be a stack of 300,000 frames in the end.
    @Test func aHookCostsTheSameHoweverOftenItIsCalled() {
        let hook = Hook<Int>()
        #expect(!hook(0))
        let sum = Atomic(0)
        hook.set { sum.add($0, ordering: .relaxed) }
        for _ in 0..<300_000 { hook(1) }
        #expect(sum.load(ordering: .relaxed) == 300_000)
    }

    @Test func aQueueAndTimersMayBeWokenForEver() {
        let timers = Timers()
        let woken = Atomic(0)
        timers.onEarlierDeadline { _ in woken.add(1, ordering: .relaxed) }
        for deadline in (0..<100_000).reversed() { timers.cancel(timers.schedule(at: Int64(deadline)) { _ in }) }
        #expect(woken.load(ordering: .relaxed) == 100_000)
    }
}
