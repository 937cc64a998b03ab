import KafkaProtocol
import LogStorage
import Synchronization
import Vocabulary

/// When an acknowledged write is safe (DESIGN, "Durability, said aloud").
public enum Durability: String, Sendable {
    /// `acks=all` is answered after fdatasync.
    case fsync
    /// Kafka's own behaviour: the operating system's page cache is trusted.
    case os
    /// Nothing outlives the process.
    case memory
}

/// Group commit: requests that wait for their records to be durable. One sync of a partition answers every request that waits for it, and only those: a
/// partition whose disk is slow holds up nobody else. The host runs `drainOne` on threads of their own, so no event loop blocks on the disk.
public final class CommitQueue: Sendable {
    private typealias Waiter = @Sendable (ErrorCode) -> Void

    private struct State {
        /// Partitions to sync, in the order in which they were asked for; none of them is being synced.
        var queue: ArraySlice<Partition> = []
        var waiters: [ObjectIdentifier: [Waiter]] = [:]
        var syncing: Set<ObjectIdentifier> = []
    }

    public let durability: Durability
    private let state = Mutex(State())
    private let signal = Hook<Void>()
    private let disk: any Disk

    init(durability: Durability, disk: any Disk) {
        self.durability = durability
        self.disk = disk
    }

    /// Called, from any thread, once for each call of `drainOne` that is needed; at once for what waits already, such as what coordinators have written while
    /// the broker came up.
    public func onWork(_ body: @escaping @Sendable () -> Void) {
        signal.set(body)
        for _ in 0..<state.withLock({ $0.queue.count }) { body() }
    }

    /// Calls `then` once everything appended to the partition so far is durable, and other replicas that must have it do; at once where durability does not ask
    /// for a sync and there are none. The two are waited for at the same time: who leads no longer when the disk is done may lead again, with other records.
    /// - Parameters:
    ///   - deadline: until when the other replicas are waited for (ms); nil for as long as this broker leads
    ///   - needsEnough: NOT_ENOUGH_REPLICAS_AFTER_APPEND is said when too few replicas are in sync by then
    func commit(_ partition: Partition, upTo offset: Offset, deadline: Int64? = nil, needsEnough: Bool = false, then: @escaping @Sendable (ErrorCode) -> Void) {
        guard partition.hasOthers else { return sync(partition, upTo: offset, then: then) }
        let both = Both(then)
        partition.wait(for: .replicated(upTo: offset, byEnough: needsEnough), deadline: deadline) { both.arrived($0) }
        sync(partition, upTo: offset) { both.arrived($0) }
    }

    /// Two that are waited for: the first failure is told at once.
    private final class Both: Sendable {
        private let state: Mutex<(outstanding: Int, then: Waiter?)>

        init(_ then: @escaping Waiter) { state = Mutex((2, then)) }

        func arrived(_ error: ErrorCode) {
            let then = state.withLock { state -> Waiter? in
                state.outstanding -= 1
                guard error != .none || state.outstanding == 0 else { return nil }
                defer { state.then = nil }
                return state.then
            }
            then?(error)
        }
    }

    private func sync(_ partition: Partition, upTo offset: Offset, then: @escaping Waiter) {
        if durability != .fsync || partition.log.flushedOffset >= offset { return then(.none) }
        let id = ObjectIdentifier(partition)
        let isNew = state.withLock { state in
            state.waiters[id, default: []].append(then)
            // What is being synced may have begun before this append: it is synced once more afterwards.
            guard state.waiters[id]?.count == 1, !state.syncing.contains(id) else { return false }
            state.queue.append(partition)
            return true
        }
        if isNew { signal(()) }
    }

    /// Syncs the partition that has waited longest, or many at once when many wait, and answers those who wait for them; false when there was nothing to do.
    /// May be called from several threads at once.
    @discardableResult
    public func drainOne() -> Bool {
        let waiting = state.withLock { $0.queue.count }
        let most = waiting > 1 && disk.syncsTogether(waiting) ? Self.mostAtOnce : 1
        let taken = state.withLock { state -> [(partition: Partition, waiters: [Waiter])] in
            let count = min(state.queue.count, most)
            let taken = Array(state.queue.prefix(count))
            state.queue.removeFirst(count)
            if state.queue.isEmpty { state.queue = [] }
            return taken.map { partition in
                state.syncing.insert(ObjectIdentifier(partition))
                return (partition, state.waiters.removeValue(forKey: ObjectIdentifier(partition)) ?? [])
            }
        }
        guard let first = taken.first else { return false }
        let outcomes = taken.count == 1 ? [first.partition.sync()] : Partition.sync(taken.map(\.partition))
        // Before the next sync begins: what those who are answered send now goes with it.
        for (row, outcome) in zip(taken, outcomes) { for waiter in row.waiters { waiter(outcome) } }
        let again = state.withLock { state in
            taken.filter { row in
                state.syncing.remove(ObjectIdentifier(row.partition))
                guard state.waiters[ObjectIdentifier(row.partition)] != nil else { return false }
                state.queue.append(row.partition)
                return true
            }.count
        }
        for _ in 0..<again { signal(()) }
        return true
    }

    private static let mostAtOnce = 64

    /// Syncs until nobody waits.
    public func drain() { while drainOne() {} }
}
