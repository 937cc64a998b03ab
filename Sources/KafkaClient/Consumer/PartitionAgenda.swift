/// The partitions of a consumer that must be looked at, because something about them has changed or the time to try again has come. A round costs as
/// much as what has changed since the last one, however many partitions there are.
final class PartitionAgenda {
    private var changed: [PartitionState] = []
    /// Sorted by time, the first at `head`.
    private var later: [(at: Int64, state: PartitionState)] = []
    private var head = 0
    private var lastStamp = 0
    /// Bytes of all partitions that were fetched and not yet handed out.
    var bufferedBytes = 0

    /// A number that no position had before.
    func nextStamp() -> Int {
        lastStamp += 1
        return lastStamp
    }

    func add(_ state: PartitionState) {
        if state.isOnAgenda { return }
        state.isOnAgenda = true
        changed.append(state)
    }

    /// Adds the partition once its time to try again has come.
    func addWhenDue(_ state: PartitionState) {
        if state.dueAt == state.retryAt { return }
        state.dueAt = state.retryAt
        var at = later.count
        // Nearly always the last place: all wait equally long.
        while at > head, later[at - 1].at > state.retryAt { at -= 1 }
        later.insert((state.retryAt, state), at: at)
    }

    /// When the next partition is due; nil when none waits.
    var nextDue: Int64? { head < later.count ? later[head].at : nil }

    /// Takes out all that must be looked at now, in the order in which it was added.
    func take(now: Int64) -> [PartitionState] {
        while head < later.count, later[head].at <= now {
            later[head].state.dueAt = nil
            add(later[head].state)
            head += 1
        }
        if head == later.count { (later, head) = ([], 0) }
        defer { changed = [] }
        for state in changed { state.isOnAgenda = false }
        return changed
    }
}
