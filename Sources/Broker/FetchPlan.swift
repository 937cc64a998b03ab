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
}

/// Who reads with a fetch: that decides how far, and from whom.
enum FetchReader: Sendable, Equatable {
    /// - Parameter rack: where it stands, as it says; nil where it does not know that it may be told to read elsewhere
    case consumer(rack: String?)
    /// - Parameter brokerEpoch: -1 when it does not say
    case follower(Int32, brokerEpoch: Int64)

    var isFollower: Bool { if case .follower = self { true } else { false } }

    var needsLeader: Bool { if case .consumer(.some) = self { false } else { true } }
}

/// Everything a fetch needs to be answered, now or later.
struct FetchPlan: Sendable {
    var entries: [FetchEntry]
    var reader: FetchReader
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
    /// For clients that know what to make of them.
    var hints: LeaderHints?

    struct Outcome {
        var partitions: [(key: FetchKey, data: FetchResponse.FetchableTopicResponse.PartitionData)] = []
        var sizeBytes = 0
        /// What may still be read. A negative limit is an error of the first partition that is read; the others are then left with nothing.
        var room: Int
        /// A partition could not be read, or has something to tell instead. That one is not there is no reason to answer before the client's time.
        var hasError = false
        /// How far each entry was read, to notice what came in between.
        var ends: [Offset] = []
    }

    /// Reads every partition, within the limits, in order.
    /// - Parameter arrival: when the fetch came (ms), whose follower is then known to be where it asks to go on; nil when it is read again
    func read(arrival: Int64?) -> Outcome {
        var outcome = Outcome(room: maxBytes)
        outcome.partitions.reserveCapacity(entries.count)
        for entry in entries {
            var data = FetchResponse.FetchableTopicResponse.PartitionData(unread: entry.key.partition, entry.error)
            if let partition = entry.partition {
                data.errorCode = .none
                data.abortedTransactions = nil
                let before = outcome.sizeBytes
                let end = read(partition, entry, arrival: arrival, into: &data, &outcome)
                outcome.room = max(0, outcome.room - (outcome.sizeBytes - before))
                outcome.ends.append(end)
            } else {
                outcome.ends.append(.undefined)
            }
            outcome.partitions.append((entry.key, data))
        }
        return outcome
    }

    /// Whether another plan's read says just what this one's would, at the same moment: many consumers wait for the same.
    func readsAlike(_ other: FetchPlan) -> Bool {
        guard !reader.isFollower, entries.count == 1, other.entries.count == 1 else { return false }
        let (own, its) = (entries[0], other.entries[0])
        return own.partition === its.partition && own.position == its.position && own.error == its.error && own.key == its.key && reader == other.reader
            && maxBytes == other.maxBytes && readsCommitted == other.readsCommitted && knowsZstd == other.knowsZstd
    }

    /// Whether there is more in a partition than when it was read.
    func hasGrown(since outcome: Outcome) -> Bool {
        zip(entries, outcome.ends).contains { entry, seen in
            entry.partition.map { (reader.isFollower ? $0.log.logEndOffset : $0.log.offsets.highWatermark) != seen } ?? false
        }
    }

    private func read(
        _ partition: Partition, _ entry: FetchEntry, arrival: Int64?, into data: inout FetchResponse.FetchableTopicResponse.PartitionData,
        _ outcome: inout Outcome
    ) -> Offset {
        func fail(_ code: ErrorCode) -> Offset {
            data = .init(unread: entry.key.partition, code)
            data.abortedTransactions = nil
            outcome.hasError = true
            return .undefined
        }
        // Alone among requests a fetch may name any negative number for none.
        let view: Partition.View
        let epoch = max(.undefined, entry.position.currentLeaderEpoch)
        switch partition.view(currentLeaderEpoch: epoch, needsLeader: reader.needsLeader) {
        case .success(let found): view = found
        case .failure(let error): return fail(error)
        }
        let log = partition.log
        guard knowsZstd || log.config.compressionType != .zstd else { return fail(.unsupportedCompressionType) }
        data.highWatermark = view.offsets.highWatermark.value
        data.lastStableOffset = view.offsets.lastStable.value
        data.logStartOffset = view.offsets.start.value
        let start = entry.position.offset
        guard start >= view.offsets.start else { return fail(.offsetOutOfRange) }
        let end = reader.isFollower ? view.offsets.end : view.offsets.highWatermark
        switch tellInstead(partition, view, entry.position, arrival: arrival, &data) {
        case .success(true):
            outcome.hasError = true
            return end
        case .success(false): break
        case .failure(let error): return fail(error)
        }
        let limit = reader.isFollower ? end : view.limit(readsCommitted: readsCommitted)
        if readsCommitted { data.abortedTransactions = [] }
        guard start < limit, !isHeldUp(partition) else { return end }
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

    /// Whether a follower that is not in sync must wait for the rate to which its partition is slowed down.
    func isHeldUp(_ partition: Partition) -> Bool {
        if case .follower(let id, _) = reader { partition.holdsUp(id) } else { false }
    }

    /// What there is to tell a reader instead of records, if anything: that its log has gone another way, or who is nearer to it. A follower is noted to be where
    /// it asks to go on.
    private func tellInstead(
        _ partition: Partition, _ view: Partition.View, _ position: FetchPosition, arrival: Int64?,
        _ data: inout FetchResponse.FetchableTopicResponse.PartitionData
    ) -> Result<Bool, ErrorCode> {
        switch diverging(partition.log, position) {
        case .failure(let error)?: return .failure(error)
        case .success(let known)?:
            data.divergingEpoch.epoch = known.leaderEpoch.value
            data.divergingEpoch.endOffset = known.endOffset.value
            return .success(true)
        case nil: break
        }
        // Only now: where a reader is ahead, it must learn first whether it has gone another way.
        guard position.offset <= view.offsets.end else { return .failure(.offsetOutOfRange) }
        switch reader {
        case .follower(let id, let brokerEpoch):
            guard let arrival else { return .success(false) }
            let fetch = Partition.FollowerFetch(
                replica: id, brokerEpoch: brokerEpoch, offset: position.offset, start: position.logStart,
                currentLeaderEpoch: max(.undefined, position.currentLeaderEpoch))
            let error = partition.noteFetch(fetch, leaderEnd: view.offsets.end, now: arrival)
            data.highWatermark = partition.log.offsets.highWatermark.value
            return error == .none ? .success(false) : .failure(error)
        case .consumer(let rack):
            guard let nearer = rack.flatMap({ partition.nearerReplica(toRack: $0, from: position.offset) }) else { return .success(false) }
            data.preferredReadReplica = nearer
            return .success(true)
        }
    }

    /// What a reader whose log may have gone another way must be told before it reads on; nil where it has not.
    private func diverging(_ log: PartitionLog, _ position: FetchPosition) -> Result<EpochEndOffset, ErrorCode>? {
        guard position.lastFetchedEpoch >= .zero else { return nil }
        do throws(LogError) {
            return try log.divergence(fetchOffset: position.offset, lastFetchedEpoch: position.lastFetchedEpoch).map { .success($0) }
        } catch {
            return .failure(error.code)
        }
    }

    /// The response: all partitions, or in a session those that have news; and the session remembers what it told.
    func response(_ outcome: Outcome) -> FetchResponse {
        if reader.isFollower {
            for (entry, row) in zip(entries, outcome.partitions) { entry.partition?.countReplicated(row.data.records?.count ?? 0) }
        }
        var response = FetchResponse()
        response.sessionId = sessionId
        var kept: [(key: FetchKey, data: FetchResponse.FetchableTopicResponse.PartitionData)] = outcome.partitions
        if let session {
            session.state.withLock { state in
                kept = outcome.partitions.filter { key, data in
                    let marks = FetchSession.Told(highWatermark: Offset(data.highWatermark), logStartOffset: Offset(data.logStartOffset))
                    let isNews = isFull || data.tellsSomething || state.told[key] != marks
                    // Who has gone another way cuts its log and takes nothing else: it is told again.
                    if isNews, state.positions[key] != nil { state.told[key] = data.divergingEpoch.endOffset >= 0 ? nil : marks }
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
        if let hints, kept.contains(where: { $0.data.errorCode != .none }) { response.add(hints) }
        return response
    }

    private static func moveToEnd(_ served: [FetchKey], in order: inout [FetchKey]) {
        guard !served.isEmpty, served.count < order.count else { return }
        let moved = Set(served)
        order = order.filter { !moved.contains($0) } + served
    }
}

extension FetchResponse.FetchableTopicResponse.PartitionData {
    /// More than where the partition stands.
    fileprivate var tellsSomething: Bool {
        errorCode != .none || divergingEpoch.endOffset >= 0 || preferredReadReplica >= 0 || (records?.count ?? 0) > 0
    }
}
