import KafkaProtocol
import LogStorage
import Synchronization

/// One partition of a fetch, resolved against the table of partitions.
struct FetchEntry: Sendable {
    var key: FetchKey
    var position: FetchPosition
    var partition: Partition?
    /// Why there is no partition, found while resolving.
    var error: ErrorCode = .none
    /// Why a partition that is there is not read for this client.
    var refusal = ErrorCode.none
}

/// Everything a fetch needs to be answered, now or later.
struct FetchPlan: Sendable {
    var entries: [FetchEntry]
    var maxBytes: Int
    var minBytes: Int
    var readsCommitted: Bool
    /// Versions before 10 may not be sent batches that the topic stores with zstd (KIP-110).
    var knowsZstd: Bool
    /// The session to keep in step with what is answered; nil for a fetch outside of one.
    var session: FetchSession?
    /// Answer every partition, not only the changed ones.
    var isFull: Bool
    var sessionId: Int32

    struct Outcome {
        var partitions: [(key: FetchKey, data: FetchResponse.FetchableTopicResponse.PartitionData)] = []
        var sizeBytes = 0
        /// What may still be read. A negative limit is an error of the first partition that is read; the others are then left with nothing.
        var room: Int
        /// A partition could not be read. That one is not there is no reason to answer before the client's time.
        var hasError = false
        /// The log end offset at which each entry was read, to notice appends that came in between.
        var endOffsets: [Int64] = []
    }

    /// Reads every partition, within the limits, in order.
    func read() -> Outcome {
        var outcome = Outcome(room: maxBytes)
        outcome.partitions.reserveCapacity(entries.count)
        for entry in entries {
            var data = FetchResponse.FetchableTopicResponse.PartitionData(unread: entry.key.partition, entry.error)
            if let partition = entry.partition {
                data.errorCode = .none
                data.abortedTransactions = nil
                let before = outcome.sizeBytes
                let end = read(partition, entry, into: &data, &outcome)
                outcome.room = max(0, outcome.room - (outcome.sizeBytes - before))
                outcome.endOffsets.append(end)
            } else {
                outcome.endOffsets.append(-1)
            }
            outcome.partitions.append((entry.key, data))
        }
        return outcome
    }

    private func read(
        _ partition: Partition, _ entry: FetchEntry, into data: inout FetchResponse.FetchableTopicResponse.PartitionData, _ outcome: inout Outcome
    ) -> Int64 {
        func fail(_ code: ErrorCode) -> Int64 {
            data = .init(unread: entry.key.partition, code)
            data.abortedTransactions = nil
            outcome.hasError = true
            return -1
        }
        // Alone among requests a fetch may name any negative number for none.
        let epochError = partition.check(currentLeaderEpoch: max(-1, entry.position.currentLeaderEpoch))
        guard epochError == .none else { return fail(epochError) }
        guard entry.refusal == .none else { return fail(entry.refusal) }
        let log = partition.log
        guard knowsZstd || log.config.compressionType != .zstd else { return fail(.unsupportedCompressionType) }
        let end = log.logEndOffset
        let stable = log.lastStableOffset
        data.highWatermark = end
        data.lastStableOffset = stable
        data.logStartOffset = log.logStartOffset
        let start = entry.position.offset
        guard start >= data.logStartOffset, start <= end else { return fail(.offsetOutOfRange) }
        let limit = readsCommitted ? stable : end
        if readsCommitted { data.abortedTransactions = [] }
        guard start < limit else { return end }
        let room = min(Int(entry.position.maxBytes), outcome.room)
        guard room >= 0 else { return fail(.unknownServerError) }
        // The first batch of a fetch is sent however large it is, so that a consumer always makes progress (KIP-74).
        guard room > 0 || outcome.sizeBytes == 0 else { return end }
        do {
            let read = try log.read(from: start, maxBytes: room, minOneBatch: outcome.sizeBytes == 0, upTo: limit)
            data.records = read.records
            outcome.sizeBytes += read.sizeInBytes
            if readsCommitted {
                data.abortedTransactions = try log.abortedTransactions(from: start, to: read.nextOffset).map { aborted in
                    var entry = FetchResponse.FetchableTopicResponse.PartitionData.AbortedTransaction()
                    entry.producerId = aborted.producerId
                    entry.firstOffset = aborted.firstOffset
                    return entry
                }
            }
        } catch {
            return fail(error.code)
        }
        return end
    }

    /// The response: all partitions, or in a session those that have news; and the session remembers what it told.
    func response(_ outcome: Outcome) -> FetchResponse {
        var response = FetchResponse()
        response.sessionId = sessionId
        var kept: [(key: FetchKey, data: FetchResponse.FetchableTopicResponse.PartitionData)] = outcome.partitions
        if let session {
            session.state.withLock { state in
                kept = outcome.partitions.filter { key, data in
                    let told = state.told[key]
                    let isNews =
                        isFull || data.errorCode != .none || (data.records?.count ?? 0) > 0 || told?.highWatermark != data.highWatermark
                        || told?.logStartOffset != data.logStartOffset
                    if isNews, state.positions[key] != nil {
                        state.told[key] = .init(highWatermark: data.highWatermark, logStartOffset: data.logStartOffset)
                    }
                    return isNews
                }
                // The first answer of a session leaves the order as it was asked for.
                if !isFull { Self.moveToEnd(kept.filter { ($0.data.records?.count ?? 0) > 0 }.map(\.key), in: &state.order) }
            }
        }
        for (key, data) in kept {
            if let last = response.responses.indices.last, response.responses[last].topic == key.topic, response.responses[last].topicId == key.topicId {
                response.responses[last].partitions.append(data)
            } else {
                var topic = FetchResponse.FetchableTopicResponse()
                topic.topic = key.topic
                topic.topicId = key.topicId
                topic.partitions = [data]
                response.responses.append(topic)
            }
        }
        return response
    }

    private static func moveToEnd(_ served: [FetchKey], in order: inout [FetchKey]) {
        guard !served.isEmpty, served.count < order.count else { return }
        let moved = Set(served)
        order = order.filter { !moved.contains($0) } + served
    }
}

/// A fetch that waits for bytes or for its deadline (long poll).
final class DelayedFetch: Sendable {
    private struct State {
        var isDone = false
        var bytes: Int
        var timer: UInt64?
    }

    private let plan: FetchPlan
    private let context: RequestContext
    private let timers: Timers
    private let state: Mutex<State>

    private init(plan: FetchPlan, context: RequestContext, timers: Timers, bytes: Int) {
        self.plan = plan
        self.context = context
        self.timers = timers
        state = Mutex(State(bytes: bytes))
    }

    /// Parks the fetch. Appends that slipped in between its read and now answer it at once.
    static func park(_ plan: FetchPlan, _ outcome: FetchPlan.Outcome, deadline: Int64, _ context: RequestContext, _ timers: Timers) {
        let fetch = DelayedFetch(plan: plan, context: context, timers: timers, bytes: outcome.sizeBytes)
        for entry in plan.entries { entry.partition?.wait(fetch) }
        let timer = timers.schedule(at: deadline) { _ in fetch.complete() }
        let isLate = fetch.state.withLock { state in
            state.timer = timer
            return state.isDone
        }
        if isLate { timers.cancel(timer) }
        for (entry, seen) in zip(plan.entries, outcome.endOffsets) {
            if let partition = entry.partition, partition.log.logEndOffset != seen { return fetch.complete() }
        }
    }

    /// A partition grew by some bytes, or (nil) changed in a way that must be looked at.
    func partitionChanged(appended: Int?, now: Int64) {
        let isEnough = state.withLock { state in
            guard let appended else { return true }
            state.bytes += appended
            return state.bytes >= plan.minBytes
        }
        if isEnough { complete() }
    }

    private func complete() {
        let (isMine, timer) = state.withLock { state in
            let isMine = !state.isDone
            state.isDone = true
            return (isMine, state.timer)
        }
        guard isMine else { return }
        if let timer { timers.cancel(timer) }
        for entry in plan.entries { entry.partition?.stopWaiting(self) }
        context.reply(plan.response(plan.read()))
    }
}
