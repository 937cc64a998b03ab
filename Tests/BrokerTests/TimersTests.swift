import Synchronization
import Testing

@testable import Broker

@Suite struct TimersTests {
    @Test func entriesFireInTheOrderOfTheirDeadlines() {
        let timers = Timers()
        let fired = Mutex<[Int64]>([])
        for deadline: Int64 in [50, 10, 40, 20, 30] { timers.schedule(at: deadline) { _ in fired.withLock { $0.append(deadline) } } }
        let cancelled = timers.schedule(at: 5) { _ in fired.withLock { $0.append(5) } }
        timers.cancel(cancelled)
        #expect(timers.fire(now: 35) == 40 && fired.withLock { $0 } == [10, 20, 30])
        #expect(timers.fire(now: 100) == nil && fired.withLock { $0 } == [10, 20, 30, 40, 50])
    }

    /// A client that asks to wait for an hour, is answered at once and goes on must not cost memory for an hour.
    @Test func cancelledEntriesAreNotKeptUntilTheirDeadline() {
        let timers = Timers()
        let kept = (0..<50).map { index in timers.schedule(at: 3_600_000 + Int64(index)) { _ in } }
        for round in 0..<10_000 { timers.cancel(timers.schedule(at: 3_600_000 + Int64(round % 7)) { _ in }) }
        #expect(timers.heldEntries < 300)
        for id in kept { timers.cancel(id) }
        #expect(timers.fire(now: 0) == nil && timers.heldEntries == 0)
    }
}
