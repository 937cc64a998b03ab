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

/// Group commit: requests that wait for their records to be durable. One sync of a partition answers every request that waits for it.
/// The host runs `drain` on a thread of its own, so no event loop blocks on the disk.
public final class CommitQueue: Sendable {
    private struct Waiter {
        var partition: Partition
        var then: @Sendable (ErrorCode) -> Void
    }

    public let durability: Durability
    private let waiters = Mutex<[Waiter]>([])
    private let signal = Mutex<(@Sendable () -> Void)?>(nil)

    public init(durability: Durability) { self.durability = durability }

    /// Called, from any thread, when there is something to drain.
    public func onWork(_ body: @escaping @Sendable () -> Void) { signal.withLock { $0 = body } }

    /// Calls `then` once everything appended to the partition so far is durable; at once where durability does not ask for a sync.
    func commit(_ partition: Partition, upTo offset: Int64, then: @escaping @Sendable (ErrorCode) -> Void) {
        if durability != .fsync || partition.log.flushedOffset >= offset { return then(.none) }
        let isFirst = waiters.withLock { waiters in
            waiters.append(Waiter(partition: partition, then: then))
            return waiters.count == 1
        }
        if isFirst, let signal = signal.withLock({ $0 }) { signal() }
    }

    /// Syncs each partition that is waited for and answers the waiters; returns false when there was nothing to do.
    @discardableResult
    public func drain() -> Bool {
        let batch = waiters.withLock { waiters in
            let batch = waiters
            waiters = []
            return batch
        }
        guard !batch.isEmpty else { return false }
        var outcomes: [ObjectIdentifier: ErrorCode] = [:]
        for waiter in batch where outcomes[ObjectIdentifier(waiter.partition)] == nil {
            outcomes[ObjectIdentifier(waiter.partition)] = waiter.partition.sync()
        }
        for waiter in batch { waiter.then(outcomes[ObjectIdentifier(waiter.partition)] ?? .kafkaStorageError) }
        return true
    }
}
