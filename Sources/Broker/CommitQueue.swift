import KafkaProtocol
import Synchronization

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
    private let signal = Mutex<(@Sendable () -> Void)?>(nil)

    public init(durability: Durability) { self.durability = durability }

    /// Called, from any thread, once for each call of `drainOne` that is needed.
    public func onWork(_ body: @escaping @Sendable () -> Void) { signal.withLock { $0 = body } }

    /// Calls `then` once everything appended to the partition so far is durable; at once where durability does not ask for a sync.
    func commit(_ partition: Partition, upTo offset: Int64, then: @escaping @Sendable (ErrorCode) -> Void) {
        if durability != .fsync || partition.log.flushedOffset >= offset { return then(.none) }
        let id = ObjectIdentifier(partition)
        let isNew = state.withLock { state in
            state.waiters[id, default: []].append(then)
            // What is being synced may have begun before this append: it is synced once more afterwards.
            guard state.waiters[id]?.count == 1, !state.syncing.contains(id) else { return false }
            state.queue.append(partition)
            return true
        }
        if isNew { signal.withLock { $0 }?() }
    }

    /// Syncs the partition that has waited longest, and answers those who wait for it; false when there was nothing to do. May be called from several threads
    /// at once.
    @discardableResult
    public func drainOne() -> Bool {
        let next = state.withLock { state -> (Partition, [Waiter])? in
            guard let partition = state.queue.popFirst() else { return nil }
            if state.queue.isEmpty { state.queue = [] }
            let id = ObjectIdentifier(partition)
            state.syncing.insert(id)
            return (partition, state.waiters.removeValue(forKey: id) ?? [])
        }
        guard let (partition, waiters) = next else { return false }
        let outcome = partition.sync()
        let isAgain = state.withLock { state in
            let id = ObjectIdentifier(partition)
            state.syncing.remove(id)
            guard state.waiters[id] != nil else { return false }
            state.queue.append(partition)
            return true
        }
        if isAgain { signal.withLock { $0 }?() }
        for waiter in waiters { waiter(outcome) }
        return true
    }

    /// Syncs until nobody waits.
    public func drain() { while drainOne() {} }
}
