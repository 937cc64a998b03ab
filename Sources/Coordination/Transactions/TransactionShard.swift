import KafkaProtocol
import Vocabulary

/// The transaction coordinator for one partition of `__transaction_state`: every transactional id that hashes to it (`CoordinatorPartition`). See
/// `CoordinatorShard` for what the caller owes it, and KIP-98 and KIP-890 for the protocol. Requests are in the extensions, a file for each kind.
///
/// What Kafka calls a pending state does not exist here: a decision is appended and replayed under the caller's lock, so the next request sees it. What
/// must wait until a decision is committed (the reply, the markers) is in the outcome.
public struct TransactionShard: CoordinatorShard {
    public typealias Reply = TransactionReply

    /// The broker's settings; changes take effect with the next request.
    public var configuration: TransactionConfiguration
    var transactions: [String: TransactionMetadata] = [:]
    var timers = TimerQueue<Timer>()
    /// The epoch before a bump that is being appended; the record does not carry it.
    var bumped: (transactionalId: String, lastEpoch: Int16)?

    /// Transactions whose markers are all written and whose last record is not in the log yet.
    var marked: Set<String> = []

    enum Timer: Hashable, Sendable {
        case transaction(String)
        case expiration
    }

    /// How many ids one append forgets.
    static let expiredAtOnce = 1_000
    /// After how long what the shard decides on its own is tried again when it could not be appended.
    static let retryMs: Int64 = 1_000

    public init(configuration: TransactionConfiguration) { self.configuration = configuration }

    // MARK: Log

    public mutating func replay(_ record: CoordinatorRecord, offset: Int64, producerId: Int64 = -1) {
        guard record.recordType == TransactionLogKey.recordType, let id = (try? record.decodeKey(TransactionLogKey.self))?.transactionalId else { return }
        defer { bumped = nil }
        marked.remove(id)
        guard record.value != nil else { return forget(id) }
        guard let value = try? record.decodeValue(TransactionLogValue.self), var metadata = TransactionMetadata(value) else { return }
        metadata.lastEpoch = bumped?.transactionalId == id ? bumped?.lastEpoch ?? -1 : transactions[id]?.lastEpoch ?? -1
        transactions[id] = metadata
        schedule(id, metadata)
    }

    /// The coordinator's own log has no transactions.
    public mutating func replayEndTransaction(producerId: Int64, committed: Bool) {}

    private mutating func forget(_ id: String) {
        transactions[id] = nil
        timers.cancel(.transaction(id))
    }

    private mutating func schedule(_ id: String, _ metadata: TransactionMetadata) {
        if let deadline = metadata.deadline { timers.schedule(.transaction(id), at: deadline) } else { timers.cancel(.transaction(id)) }
    }

    public mutating func finishLoading(now: Int64) -> TransactionOutcome {
        timers.schedule(.expiration, at: now + configuration.expirationIntervalMs)
        var outcome = TransactionOutcome()
        for (id, metadata) in transactions.sorted(by: { $0.key < $1.key }) where metadata.state.isPrepared {
            outcome.announcements.append(.markers(metadata.markers(id)))
        }
        return outcome
    }

    public mutating func reject(_ outcome: TransactionOutcome, error: ErrorCode, now: Int64) -> TransactionOutcome {
        bumped = nil
        var rejected = TransactionOutcome()
        let error = error.afterFailedAppend
        rejected.replies = outcome.replies.map { ($0.token, .failed(error)) }
        for record in outcome.records {
            guard let id = (try? record.decodeKey(TransactionLogKey.self))?.transactionalId else { continue }
            if let deadline = transactions[id]?.deadline {
                timers.schedule(.transaction(id), at: deadline > now ? deadline : now + Self.retryMs)
            } else if marked.contains(id) {
                timers.schedule(.transaction(id), at: now + Self.retryMs)
            }
        }
        return rejected
    }

    /// Nobody waits in the shard itself.
    public mutating func abandon(error: ErrorCode) -> TransactionOutcome { TransactionOutcome() }

    /// Decides on a transaction's next state: one record, and the answer to who asked for it.
    mutating func decide(_ id: String, _ next: TransactionMetadata, _ answer: (token: UInt64, reply: TransactionReply)? = nil) -> TransactionOutcome {
        var outcome = TransactionOutcome()
        outcome.records = [next.record(id, transactionVersion: configuration.transactionVersion)]
        bumped = (id, next.lastEpoch)
        if let answer { outcome.replies = [answer] }
        if next.state.isPrepared { outcome.announcements = [.markers(next.markers(id))] }
        return outcome
    }

    // MARK: Time

    public var nextDeadline: Int64? { timers.next }

    public mutating func tick(now: Int64) -> TransactionOutcome {
        while let timer = timers.popDue(now: now) {
            switch timer {
            case .transaction(let id):
                let outcome = marked.contains(id) ? completeMarked(id, now: now) : abortTimedOut(id, now: now, newProducerId: nil)
                if !outcome.records.isEmpty || !outcome.announcements.isEmpty { return outcome }
            case .expiration:
                let outcome = expire(now: now)
                if !outcome.records.isEmpty { return outcome }
            }
        }
        return TransactionOutcome()
    }

    /// Forgets the transactional ids that nobody has used for long.
    private mutating func expire(now: Int64) -> TransactionOutcome {
        let oldest = now - configuration.idExpirationMs
        let expired = transactions.filter { $0.value.state.isExpirable && $0.value.lastUpdateMs <= oldest }.keys.sorted()
        let isLast = expired.count <= Self.expiredAtOnce
        timers.schedule(.expiration, at: isLast ? now + configuration.expirationIntervalMs : now)
        var outcome = TransactionOutcome()
        for id in expired.prefix(Self.expiredAtOnce) {
            var key = TransactionLogKey()
            key.transactionalId = id
            outcome.records.append(CoordinatorRecord(tombstone: key))
        }
        return outcome
    }
}

extension TransactionMetadata {
    /// The markers that a prepared transaction waits for.
    func markers(_ transactionalId: String) -> TransactionMarkers {
        TransactionMarkers(
            transactionalId: transactionalId, producerId: producerId, producerEpoch: epoch, commits: state == .prepareCommit, partitions: partitions.sorted(),
            transactionVersion: clientVersion)
    }
}
