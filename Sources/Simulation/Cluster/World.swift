import KafkaProtocol
import Vocabulary

/// Simulated time: what is to happen, in order. Everything that happens is noted in a trace, whose hash tells whether two runs were the same.
final class World: @unchecked Sendable {
    // Unchecked: a simulation is one thread; what it hands to the broker comes back on that thread.
    private struct Event {
        var time: Int64
        var serial: UInt64
        var body: () -> Void
    }

    /// Milliseconds since the epoch.
    private(set) var now: Int64 = 1_700_000_000_000
    var random: SeededGenerator
    private var heap: [Event] = []
    private var lastSerial: UInt64 = 0
    private(set) var trace = Trace()
    /// Gets a line for each thing that whoever looks into a seed may want to know.
    var onLine: ((String) -> Void)?

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// A number below a bound.
    func below(_ bound: Int) -> Int { Int(random.next() % UInt64(max(1, bound))) }

    func isOneIn(_ count: Int) -> Bool { below(count) == 0 }

    /// Lets something happen; what is due at the same time happens in the order in which it was asked for.
    func at(_ time: Int64, _ body: @escaping () -> Void) {
        lastSerial += 1
        heap.append(Event(time: max(time, now), serial: lastSerial, body: body))
        siftUp()
    }

    func after(_ ms: Int64, _ body: @escaping () -> Void) { at(now + ms, body) }

    func tell(_ line: @autoclosure () -> String) { onLine?("\(now % 10_000_000) \(line())") }

    func note(_ what: StaticString, _ numbers: Int64...) {
        trace.add(what, now, numbers)
    }

    func note(_ what: StaticString, _ number: Int64, _ bytes: Bytes) {
        trace.add(what, now, [number, Int64(bytes.count)])
        trace.add(bytes)
    }

    /// Lets everything happen until a time, or until `isDone`; false when the time came first.
    func run(until end: Int64, isDone: () -> Bool = { false }) -> Bool {
        while let next = heap.first, next.time <= end {
            removeFirst()
            now = max(now, next.time)
            next.body()
            if isDone() { return true }
        }
        now = max(now, end)
        return isDone()
    }

    /// Nothing happens any more; what was to happen is let go of.
    func end() { heap = [] }

    private func isBefore(_ left: Event, _ right: Event) -> Bool { (left.time, left.serial) < (right.time, right.serial) }

    private func siftUp() {
        var child = heap.count - 1
        while child > 0, case let parent = (child - 1) / 2, isBefore(heap[child], heap[parent]) {
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && isBefore(heap[child], heap[least]) { least = child }
            if least == parent { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}

/// A hash (FNV-1a, 64 bits) over everything that happened, in order.
struct Trace {
    private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    private(set) var events = 0

    mutating func add(_ what: StaticString, _ time: Int64, _ numbers: [Int64]) {
        events += 1
        what.withUTF8Buffer { for byte in $0 { mix(byte) } }
        for number in [time] + numbers { for shift in stride(from: 0, to: 64, by: 8) { mix(UInt8(truncatingIfNeeded: number >> Int64(shift))) } }
    }

    mutating func add(_ bytes: Bytes) { bytes.withUnsafeBytes { for byte in $0 { mix(byte) } } }

    private mutating func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
}
