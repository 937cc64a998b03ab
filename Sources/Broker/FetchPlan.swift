import KafkaProtocol
import LogStorage
import Vocabulary

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
        /// The high watermark at which each entry was read, to notice appends that came in between.
        var highWatermarks: [Offset] = []
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
                outcome.highWatermarks.append(end)
            } else {
                outcome.highWatermarks.append(.undefined)
            }
            outcome.partitions.append((entry.key, data))
        }
        return outcome
    }

    /// Whether there is more in a partition than when it was read.
    func hasGrown(since outcome: Outcome) -> Bool {
        zip(entries, outcome.highWatermarks).contains { entry, seen in entry.partition.map { $0.log.offsets.highWatermark != seen } ?? false }
    }

    private func read(
        _ partition: Partition, _ entry: FetchEntry, into data: inout FetchResponse.FetchableTopicResponse.PartitionData, _ outcome: inout Outcome
    ) -> Offset {
        func fail(_ code: ErrorCode) -> Offset {
            data = .init(unread: entry.key.partition, code)
            data.abortedTransactions = nil
            outcome.hasError = true
            return .undefined
        }
        // Alone among requests a fetch may name any negative number for none.
        let view: Partition.View
        switch partition.view(currentLeaderEpoch: max(.undefined, entry.position.currentLeaderEpoch)) {
        case .success(let found): view = found
        case .failure(let error): return fail(error)
        }
        guard entry.refusal == .none else { return fail(entry.refusal) }
        let log = partition.log
        guard knowsZstd || log.config.compressionType != .zstd else { return fail(.unsupportedCompressionType) }
        let end = view.offsets.highWatermark
        data.highWatermark = end.value
        data.lastStableOffset = view.offsets.lastStable.value
        data.logStartOffset = view.offsets.start.value
        let start = entry.position.offset
        guard start >= view.offsets.start, start <= end else { return fail(.offsetOutOfRange) }
        let limit = view.limit(readsCommitted: readsCommitted)
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
                    entry.firstOffset = aborted.firstOffset.value
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
                    let marks = FetchSession.Told(highWatermark: Offset(data.highWatermark), logStartOffset: Offset(data.logStartOffset))
                    let isNews = isFull || data.errorCode != .none || (data.records?.count ?? 0) > 0 || state.told[key] != marks
                    if isNews, state.positions[key] != nil { state.told[key] = marks }
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
