import KafkaProtocol
import LogStorage
import Synchronization

/// A fetch that waits for bytes or for its deadline (long poll). It ends once: answered on the loop of its connection, or given up with the connection.
final class DelayedFetch: Sendable {
    private struct State {
        var isDone = false
        /// The loop was told to look.
        var isReady = false
        /// A partition changed in a way that ends the wait.
        var isChanged = false
        var bytes: Int
        var timer: UInt64?
    }

    private let plan: FetchPlan
    private let context: RequestContext
    private let loop: ConnectionLoop
    private let state: Mutex<State>

    private init(plan: FetchPlan, context: RequestContext, loop: ConnectionLoop, bytes: Int) {
        self.plan = plan
        self.context = context
        self.loop = loop
        state = Mutex(State(bytes: bytes))
    }

    /// Followers read what is not committed yet.
    var isOfFollower: Bool { plan.reader.isFollower }

    /// Whether a partition is kept from its reader for now, so that its growth is no reason to answer.
    func isHeldUp(_ partition: Partition) -> Bool { plan.isHeldUp(partition) }

    /// Parks the fetch. Appends that slipped in between its read and now answer it at once.
    static func park(_ plan: FetchPlan, _ outcome: FetchPlan.Outcome, deadline: Int64, _ context: RequestContext, _ timers: Timers) {
        let fetch = DelayedFetch(plan: plan, context: context, loop: context.connection.loop ?? .inline(timers), bytes: outcome.sizeBytes)
        guard context.connection.park(fetch) else { return context.close("the connection is closed") }
        for entry in plan.entries { entry.partition?.wait(fetch) }
        let timer = fetch.loop.timers.schedule(at: deadline) { _ in fetch.answer() }
        let isLate = fetch.state.withLock { state in
            state.timer = timer
            return state.isDone
        }
        // It may have ended before it was all in place.
        if isLate { fetch.leave(timer) }
        if plan.hasGrown(since: outcome) { fetch.look() }
    }

    /// A partition grew by some bytes, or (nil) changed in a way that must be looked at. From any thread.
    func partitionChanged(appended: Int?, now: Int64) {
        let isEnough = state.withLock { state in
            if state.isReady { return false }
            if let appended { state.bytes += appended } else { state.isChanged = true }
            // A marker is small, and may set free a whole transaction for a reader of committed records.
            state.isReady = state.isChanged || plan.readsCommitted || state.bytes >= plan.minBytes
            return state.isReady
        }
        if isEnough { loop.post { self.look() } }
    }

    /// Answers when there is enough to read. What a partition grew by is enough, but for a reader of committed records, whom an open transaction may keep from it.
    private func look() {
        guard plan.readsCommitted else { return answer() }
        while true {
            let (isDone, isChanged) = state.withLock { ($0.isDone, $0.isChanged) }
            if isDone { return }
            let outcome = plan.read(arrival: nil)
            if isChanged || outcome.hasError || outcome.sizeBytes >= plan.minBytes {
                if end() { context.reply(plan.response(outcome)) }
                return
            }
            state.withLock { state in
                state.isReady = false
                state.bytes = outcome.sizeBytes
            }
            // What came in while it was being read told nobody.
            guard plan.hasGrown(since: outcome) else { return }
        }
    }

    /// Reads again and answers; on the connection's loop.
    private func answer() { if end() { context.reply(plan.response(plan.read(arrival: nil))) } }

    /// The connection is closed: nobody will read an answer.
    func cancel() { if end() { context.replyNothing() } }

    /// True for the first who ends it.
    private func end() -> Bool {
        let (isMine, timer) = state.withLock { state in
            defer { state.isDone = true }
            return (!state.isDone, state.timer)
        }
        if isMine { leave(timer) }
        return isMine
    }

    private func leave(_ timer: UInt64?) {
        if let timer { loop.timers.cancel(timer) }
        context.connection.unpark(self)
        for entry in plan.entries { entry.partition?.stopWaiting(self) }
    }
}
