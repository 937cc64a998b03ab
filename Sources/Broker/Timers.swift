import Synchronization

/// Deadlines of waiting requests and periodic work, in milliseconds of the broker's clock. The host fires them; nothing here reads a clock.
public final class Timers: Sendable {
    private struct Entry {
        var deadline: Int64
        var id: UInt64
    }

    private struct State {
        /// A binary heap by deadline; cancelled entries stay until they surface, or until they are more than the others.
        var heap: [Entry] = []
        var bodies: [UInt64: @Sendable (Int64) -> Void] = [:]
        var nextID: UInt64 = 1
    }

    private let state = Mutex(State())
    private let wake = Hook<Int64>()

    public init() {}

    /// Called, from any thread, with the new earliest deadline whenever it moves forward.
    public func onEarlierDeadline(_ body: @escaping @Sendable (Int64) -> Void) { wake.set(body) }

    @discardableResult
    public func schedule(at deadline: Int64, _ body: @escaping @Sendable (_ now: Int64) -> Void) -> UInt64 {
        let (id, isEarliest) = state.withLock { state in
            let id = state.nextID
            state.nextID += 1
            state.bodies[id] = body
            let isEarliest = state.heap.first.map { deadline < $0.deadline } ?? true
            state.heap.append(Entry(deadline: deadline, id: id))
            Self.siftUp(&state.heap)
            return (id, isEarliest)
        }
        if isEarliest { wake(deadline) }
        return id
    }

    public func cancel(_ id: UInt64) {
        state.withLock { state in
            guard state.bodies.removeValue(forKey: id) != nil else { return }
            // A client that waits long and is answered soon would leave an entry behind for as long as it asked to wait.
            guard state.heap.count > 2 * state.bodies.count + 64 else { return }
            let live = state.heap.filter { state.bodies[$0.id] != nil }.sorted { $0.deadline < $1.deadline }
            state.heap = live
        }
    }

    /// Entries that memory is held for, the cancelled ones included.
    var heldEntries: Int { state.withLock { $0.heap.count } }

    /// Runs what is due and returns the next deadline.
    public func fire(now: Int64) -> Int64? {
        while true {
            let (due, next): ((@Sendable (Int64) -> Void)?, Int64?) = state.withLock { state in
                while let first = state.heap.first {
                    if state.bodies[first.id] == nil {
                        Self.removeFirst(&state.heap)
                    } else if first.deadline <= now {
                        Self.removeFirst(&state.heap)
                        return (state.bodies.removeValue(forKey: first.id), nil)
                    } else {
                        return (nil, first.deadline)
                    }
                }
                return (nil, nil)
            }
            guard let due else { return next }
            due(now)
        }
    }

    private static func siftUp(_ heap: inout [Entry]) {
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            if heap[parent].deadline <= heap[child].deadline { return }
            heap.swapAt(parent, child)
            child = parent
        }
    }

    private static func removeFirst(_ heap: inout [Entry]) {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].deadline < heap[least].deadline { least = child }
            if least == parent { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
