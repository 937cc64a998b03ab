import Synchronization
import Testing

@testable import Broker

/// Writes of a producer, one after the other, whoever finishes them.
@Suite struct WriteOrderTests {
    private final class Trace: Sendable {
        let done = Mutex<[Int]>([])
        let held = Mutex<[@Sendable () -> Void]>([])

        /// A write that is done at once.
        func now(_ number: Int) -> WriteOrder.Write {
            { [self] next in
                done.withLock { $0.append(number) }
                next()
            }
        }

        /// A write that is done when the test says so.
        func later(_ number: Int) -> WriteOrder.Write {
            { [self] next in
                held.withLock {
                    $0.append { [self] in
                        done.withLock { $0.append(number) }
                        next()
                    }
                }
            }
        }

        func release() { for body in held.withLock({ held in (held, held = []).0 }) { body() } }
    }

    @Test func writesOfAProducerFollowOneAnother() {
        let (order, trace) = (WriteOrder(), Trace())
        order.enter(1, trace.now(0))
        order.enter(1, trace.later(1))
        order.enter(1, trace.now(2))
        order.enter(2, trace.now(3))
        order.enter(1, trace.later(4))
        order.enter(1, trace.now(5))
        #expect(trace.done.withLock { $0 } == [0, 3])
        trace.release()
        #expect(trace.done.withLock { $0 } == [0, 3, 1, 2])
        trace.release()
        #expect(trace.done.withLock { $0 } == [0, 3, 1, 2, 4, 5])
        #expect(order.pending == 0)
    }

    @Test func aLongLineNeedsNoDeepStack() {
        let (order, trace) = (WriteOrder(), Trace())
        order.enter(1, trace.later(0))
        for number in 1...200_000 { order.enter(1, trace.now(number)) }
        trace.release()
        #expect(trace.done.withLock { $0 } == Array(0...200_000))
        #expect(order.pending == 0)
    }
}
