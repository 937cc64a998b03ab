/// Deadlines by key, soonest first. Moving a deadline to a later time, which every heartbeat does, costs one dictionary write: the queue
/// keeps the old entry and puts the key back when that comes up.
struct TimerQueue<Key: Hashable & Sendable>: Sendable {
    private struct Entry: Sendable {
        var at: Int64
        /// Entries for the same time come up in the order in which they were queued.
        var sequence: UInt64
        var key: Key

        func isBefore(_ other: Entry) -> Bool { (at, sequence) < (other.at, other.sequence) }
    }

    private var deadlines: [Key: Int64] = [:]
    /// The soonest time at which a key stands in the heap.
    private var queued: [Key: Int64] = [:]
    private var heap: [Entry] = []
    private var sequence: UInt64 = 0

    /// No later than the first deadline; it may be sooner, where a deadline was moved or cancelled.
    var next: Int64? { heap.first?.at }

    func deadline(_ key: Key) -> Int64? { deadlines[key] }

    /// Sets a key's deadline, in place of the one it had.
    mutating func schedule(_ key: Key, at: Int64) {
        deadlines[key] = at
        if let known = queued[key], known <= at { return }
        push(key, at: at)
    }

    mutating func cancel(_ key: Key) { deadlines[key] = nil }

    /// Takes out the first key whose deadline is not after `now`.
    mutating func popDue(now: Int64) -> Key? {
        while let first = heap.first, first.at <= now {
            removeFirst()
            if queued[first.key] == first.at { queued[first.key] = nil }
            guard let deadline = deadlines[first.key] else { continue }
            if deadline > first.at {
                if queued[first.key] == nil { push(first.key, at: deadline) }
                continue
            }
            deadlines[first.key] = nil
            return first.key
        }
        return nil
    }

    private mutating func push(_ key: Key, at: Int64) {
        queued[key] = at
        sequence += 1
        heap.append(Entry(at: at, sequence: sequence, key: key))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].isBefore(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].isBefore(heap[least]) { least = child }
            if least == parent { return }
            heap.swapAt(least, parent)
            parent = least
        }
    }
}
