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

    /// What a fetch was answered with.
    private struct Answered {
        let plan: FetchPlan
        let outcome: FetchPlan.Outcome
        /// Nil where it is for this client alone.
        let response: FetchResponse?
        /// It was read for the second time, from memory: others that ask for the same get it as it is.
        let isShared: Bool
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
        let timer = fetch.loop.timers.schedule(at: deadline) { _ in fetch.expire() }
        fetch.state.withLock { $0.timer = timer }
        var none: Answered?
        if plan.hasGrown(since: outcome) { fetch.look(&none) }
        // It may have ended before it was all in place.
        fetch.leaveIfDone()
    }

    /// A partition, for which these wait, grew by some bytes, or (nil) changed in a way that must be looked at. A loop is told once for all of its own. From
    /// any thread.
    static func partitionChanged(_ waiting: [DelayedFetch], appended: Int?) {
        var ready: [(loop: ConnectionLoop, fetches: [DelayedFetch])] = []
        for fetch in waiting where fetch.isReady(appended: appended) {
            if let index = ready.firstIndex(where: { $0.loop === fetch.loop }) {
                ready[index].fetches.append(fetch)
            } else {
                ready.append((fetch.loop, [fetch]))
            }
        }
        for (loop, fetches) in ready {
            loop.post {
                var last: Answered?
                for fetch in fetches { fetch.look(&last) }
                // What they held is given back when the answers have left.
                loop.post { for fetch in fetches { fetch.leaveIfDone() } }
            }
        }
    }

    /// Notes a change; true when the loop must look now.
    private func isReady(appended: Int?) -> Bool {
        state.withLock { state in
            if state.isReady { return false }
            if let appended { state.bytes += appended } else { state.isChanged = true }
            // A marker is small, and may set free a whole transaction for a reader of committed records.
            state.isReady = state.isChanged || plan.readsCommitted || state.bytes >= plan.minBytes
            return state.isReady
        }
    }

    /// Answers when there is enough to read. What a partition grew by is enough, but for a reader of committed records, whom an open transaction may keep from it.
    /// - Parameter last: what another fetch was just answered with
    private func look(_ last: inout Answered?) {
        guard plan.readsCommitted else { return answer(&last) }
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

    /// Reads again and answers, on the connection's loop; who calls sees to it that it leaves.
    private func answer(_ last: inout Answered?) {
        guard claim() else { return }
        var isShared = false
        if let known = last, plan.readsAlike(known.plan) {
            if known.isShared { return context.reply(plan.session == nil ? known.response ?? plan.response(known.outcome) : plan.response(known.outcome)) }
            isShared = true
        }
        let outcome = plan.read(arrival: nil), response = plan.response(outcome)
        last = Answered(plan: plan, outcome: outcome, response: plan.session == nil && !outcome.hasError ? response : nil, isShared: isShared)
        context.reply(response)
    }

    private func expire() { if end() { context.reply(plan.response(plan.read(arrival: nil))) } }

    /// The connection is closed: nobody will read an answer.
    func cancel() { if end() { context.replyNothing() } }

    /// True for the first who ends it; it waits for nothing any more.
    private func end() -> Bool {
        let isMine = claim()
        if isMine { leave() }
        return isMine
    }

    private func claim() -> Bool {
        state.withLock { state in
            defer { state.isDone = true }
            return !state.isDone
        }
    }

    private func leaveIfDone() { if state.withLock({ $0.isDone }) { leave() } }

    private func leave() {
        if let timer = state.withLock({ $0.timer }) { loop.timers.cancel(timer) }
        context.connection.unpark(self)
        for entry in plan.entries { entry.partition?.stopWaiting(self) }
    }
}
