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

/// Group commit: requests that wait for their records to be durable. One write of a directory's commit journal answers the requests of all partitions that wait
/// then; a partition that has more than the journal takes, or nothing synced yet, is synced by itself, and holds up nobody else. The host runs `drainOne` on
/// threads of their own, so no event loop blocks on the disk.
public final class CommitQueue: Sendable {
    fileprivate typealias Waiter = @Sendable (ErrorCode) -> Void

    /// The partitions of a directory that wait for its journal; none of them is being dealt with.
    fileprivate struct Lane {
        let journal: CommitJournal
        var queue: ArraySlice<Partition> = []
        var isBusy = false
    }

    fileprivate struct State {
        var lanes: [ObjectIdentifier: Lane] = [:]
        /// Lanes that have something to write and are not busy, in the order in which they came to be so.
        var ready: ArraySlice<ObjectIdentifier> = []
        /// Partitions that only a sync of their own files makes durable, with those who wait for that.
        var syncs: ArraySlice<(partition: Partition, waiters: [Waiter])> = []
        /// Journals to be tidied, which may take long: one at a time, so that writes find a thread.
        var untidy: [CommitJournal] = []
        var isTidying = false
        var waiters: [ObjectIdentifier: [Waiter]] = [:]
        /// Partitions that are being dealt with: what is appended to them now is seen to afterwards.
        var busy: Set<ObjectIdentifier> = []

        var jobs: Int { ready.count + syncs.count + untidy.count }

        /// True when that makes one more thing to do.
        mutating func enqueue(_ partition: Partition, for journal: CommitJournal?) -> Bool {
            let id = ObjectIdentifier(partition)
            guard let journal else {
                busy.insert(id)
                syncs.append((partition, waiters.removeValue(forKey: id) ?? []))
                return true
            }
            let lane = ObjectIdentifier(journal)
            lanes[lane, default: Lane(journal: journal)].queue.append(partition)
            return makeReady(lane)
        }

        /// True when a lane has come to have something to do.
        mutating func makeReady(_ lane: ObjectIdentifier) -> Bool {
            guard let row = lanes[lane], !row.isBusy, !row.queue.isEmpty, !ready.contains(lane) else { return false }
            ready.append(lane)
            return true
        }
    }

    public let durability: Durability
    private let state = Mutex(State())
    private let signal = Hook<Void>()

    init(durability: Durability) { self.durability = durability }

    /// Called, from any thread, once for each call of `drainOne` that is needed; at once for what waits already, such as what coordinators have written while
    /// the broker came up.
    public func onWork(_ body: @escaping @Sendable () -> Void) {
        signal.set(body)
        for _ in 0..<state.withLock({ $0.jobs }) { body() }
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
        if durability != .fsync || partition.log.durableOffset >= offset { return then(.none) }
        let id = ObjectIdentifier(partition), journal = partition.log.journal
        let isNew = state.withLock { state in
            state.waiters[id, default: []].append(then)
            // What is being written may have been taken before this append: it is seen to once more afterwards.
            guard state.waiters[id]?.count == 1, !state.busy.contains(id) else { return false }
            return state.enqueue(partition, for: journal)
        }
        if isNew { signal(()) }
    }

    /// Does one thing: writes the journal that has waited longest, or tidies one, or syncs a partition; and answers those who wait for that. False when there
    /// was nothing to do. May be called from several threads at once.
    @discardableResult
    public func drainOne() -> Bool { writeJournal() || tidyJournal() || syncPartition() }

    private func writeJournal() -> Bool {
        let taken = state.withLock { state -> (journal: CommitJournal, rows: [(partition: Partition, waiters: [Waiter])])? in
            guard let id = state.ready.popFirst(), var lane = state.lanes[id] else { return nil }
            let partitions = lane.queue.prefix(Self.mostAtOnce)
            lane.queue = lane.queue.dropFirst(partitions.count)
            if lane.queue.isEmpty { lane.queue = [] }
            lane.isBusy = true
            state.lanes[id] = lane
            return (lane.journal, partitions.map { ($0, state.takeUp($0)) })
        }
        guard let (journal, rows) = taken else { return false }
        let outcomes = journal.commit(rows.map(\.partition.log))
        // Before the next write begins: what those who are answered send now goes with it.
        for (row, outcome) in zip(rows, outcomes) {
            switch outcome {
            case .durable: for waiter in row.waiters { waiter(.none) }
            case .failed: for waiter in row.waiters { waiter(.kafkaStorageError) }
            case .needsSync: break
            }
        }
        let isUntidy = journal.isUntidy, lane = ObjectIdentifier(journal)
        let more = state.withLock { state in
            let before = state.jobs
            for (index, row) in rows.enumerated() {
                if case .needsSync = outcomes[index] { state.syncs.append(row) } else { state.putDown(row.partition, journal) }
            }
            if isUntidy, !state.untidy.contains(where: { $0 === journal }) { state.untidy.append(journal) }
            state.lanes[lane]?.isBusy = false
            _ = state.makeReady(lane)
            return state.jobs - before
        }
        for _ in 0..<max(0, more) { signal(()) }
        return true
    }

    private func syncPartition() -> Bool {
        guard let (partition, waiters) = state.withLock({ $0.syncs.popFirst() }) else { return false }
        let outcome = partition.sync()
        for waiter in waiters { waiter(outcome) }
        let journal = partition.log.journal
        if state.withLock({ $0.putDown(partition, journal) }) { signal(()) }
        return true
    }

    private func tidyJournal() -> Bool {
        let taken = state.withLock { state -> CommitJournal? in
            guard !state.isTidying, let journal = state.untidy.popLast() else { return nil }
            state.isTidying = true
            return journal
        }
        guard let journal = taken else { return false }
        journal.tidy()
        let more = state.withLock { state in
            state.isTidying = false
            return !state.untidy.isEmpty
        }
        if more { signal(()) }
        return true
    }

    private static let mostAtOnce = 64

    /// Goes on until nobody waits.
    public func drain() { while drainOne() {} }
}

extension CommitQueue.State {
    /// A partition is being dealt with from now on; returns those who wait for it.
    fileprivate mutating func takeUp(_ partition: Partition) -> [CommitQueue.Waiter] {
        busy.insert(ObjectIdentifier(partition))
        return waiters.removeValue(forKey: ObjectIdentifier(partition)) ?? []
    }

    /// A partition was dealt with. True when that makes one more thing to do: there are those who came meanwhile.
    @discardableResult
    fileprivate mutating func putDown(_ partition: Partition, _ journal: CommitJournal?) -> Bool {
        busy.remove(ObjectIdentifier(partition))
        return waiters[ObjectIdentifier(partition)] != nil && enqueue(partition, for: journal)
    }
}
