import Synchronization

/// Keeps the writes of each producer in the order in which they came, although some of them wait for the transaction's coordinator: a connection's requests are
/// read ahead, and a batch that overtook the one before it would be out of sequence.
final class WriteOrder: Sendable {
    /// Does a write, and calls `done` once, from any thread, when the next may follow.
    typealias Write = @Sendable (_ done: @escaping @Sendable () -> Void) -> Void

    /// By producer id, while a write of it is being done: those behind it.
    private let lines = Mutex<[Int64: ArraySlice<Write>]>([:])

    /// Does the write now, or after those of the same producer that came before.
    func enter(_ producerId: Int64, _ write: @escaping Write) {
        let isFirst = lines.withLock { lines in
            guard lines[producerId] != nil else {
                lines[producerId] = []
                return true
            }
            lines[producerId]?.append(write)
            return false
        }
        if isFirst { perform(producerId, from: write) }
    }

    /// Goes on for as long as writes are done within their call; the next is then for whoever finishes. A loop, for a line may be long.
    private func perform(_ producerId: Int64, from first: @escaping Write) {
        var next: Write? = first
        while let write = next {
            let call = Call()
            write { [self] in
                if call.finish(), let next = take(producerId) { perform(producerId, from: next) }
            }
            next = call.leave() ? take(producerId) : nil
        }
    }

    private func take(_ producerId: Int64) -> Write? {
        lines.withLock { lines in
            if let next = lines[producerId]?.popFirst() { return next }
            lines[producerId] = nil
            return nil
        }
    }

    /// How many producers' writes are under way.
    var pending: Int { lines.withLock { $0.count } }

    /// Tells a write that is done within its call from one that is done later.
    private final class Call: Sendable {
        private enum State { case running, left, done }
        private let state = Mutex(State.running)

        /// True when the call has returned.
        func finish() -> Bool {
            state.withLock { state in
                defer { state = .done }
                return state == .left
            }
        }

        /// True when the write is done.
        func leave() -> Bool {
            state.withLock { state in
                if state == .done { return true }
                state = .left
                return false
            }
        }
    }
}
