import Synchronization

/// Requests of producers that go on with the next transaction while the markers of the last one are still being written: a moment's wait is better than
/// CONCURRENT_TRANSACTIONS and a client that comes back after a pause of its own.
final class TransactionWaiting: Sendable {
    private struct Entry {
        let timer: UInt64
        let body: @Sendable (_ now: Int64) -> Void
    }

    private struct State {
        /// By transactional id and number.
        var entries: [String: [UInt64: Entry]] = [:]
        var number: UInt64 = 0
    }

    private let timers: Timers
    private let state = Mutex(State())

    init(timers: Timers) { self.timers = timers }

    /// Calls `body` once: when the transaction is over, or at the deadline.
    func wait(_ id: String, until deadline: Int64, then body: @escaping @Sendable (_ now: Int64) -> Void) {
        state.withLock { state in
            state.number += 1
            let number = state.number
            let timer = timers.schedule(at: deadline) { [weak self] now in self?.take(id, number)?.body(now) }
            state.entries[id, default: [:]][number] = Entry(timer: timer, body: body)
        }
    }

    /// The transaction is over.
    func release(_ id: String, now: Int64) {
        let released = state.withLock { $0.entries.removeValue(forKey: id) } ?? [:]
        for (_, entry) in released.sorted(by: { $0.key < $1.key }) {
            timers.cancel(entry.timer)
            entry.body(now)
        }
    }

    private func take(_ id: String, _ number: UInt64) -> Entry? {
        state.withLock { state in
            let entry = state.entries[id]?.removeValue(forKey: number)
            if state.entries[id]?.isEmpty == true { state.entries[id] = nil }
            return entry
        }
    }
}
