import KafkaProtocol
import Vocabulary

@testable import Coordination

/// Drives one shard of the transaction coordinator as a broker would, with the controller's producer ids and a clock that the test owns. Markers are
/// collected, and count as written when the test says so.
final class TransactionDriver {
    var shard: TransactionShard
    var log: [CoordinatorRecord] = []
    var now: Int64 = 1_000_000
    var markers: [TransactionMarkers] = []
    /// Appends fail with this error while it is set.
    var appendError: ErrorCode?
    var nextProducerId: Int64 = 100
    private var token: UInt64 = 0

    init(_ configure: (inout TransactionConfiguration) -> Void = { _ in }) {
        var configuration = TransactionConfiguration()
        configure(&configuration)
        shard = TransactionShard(configuration: configuration)
        settle(shard.finishLoading(now: now))
    }

    /// The broker starts again: what the log says is all that is left.
    func restart() {
        var again = TransactionShard(configuration: shard.configuration)
        for (offset, record) in log.enumerated() { again.replay(record, offset: Int64(offset)) }
        shard = again
        markers = []
        settle(shard.finishLoading(now: now))
    }

    @discardableResult
    func settle(_ outcome: TransactionOutcome) -> [UInt64: TransactionReply] {
        var outcome = outcome
        if !outcome.records.isEmpty, let appendError { outcome = shard.reject(outcome, error: appendError, now: now) }
        for record in outcome.records {
            shard.replay(record, offset: Int64(log.count))
            log.append(record)
        }
        for announcement in outcome.announcements {
            switch announcement {
            case .markers(let order): markers.append(order)
            case .timedOut(let id):
                nextProducerId += 1
                settle(shard.abortTimedOut(id, now: now, newProducerId: nextProducerId - 1))
            default: preconditionFailure("\(announcement) is not for the broker")
            }
        }
        return Dictionary(uniqueKeysWithValues: outcome.replies.map { ($0.token, $0.reply) })
    }

    /// Asks once, and again with a new producer id if that is needed.
    private func ask(_ request: (Int64?, UInt64) -> TransactionOutcome) -> TransactionReply? {
        token += 1
        let reply = settle(request(nil, token))[token]
        guard reply == .producerIdNeeded else { return reply }
        nextProducerId += 1
        token += 1
        return settle(request(nextProducerId - 1, token))[token]
    }

    func start(_ id: String?, timeout: Int32 = 60_000, producerId: Int64 = -1, epoch: Int16 = -1, enable2Pc: Bool = false, keepPrepared: Bool = false)
        -> TransactionReply?
    {
        var request = InitProducerIdRequest()
        request.transactionalId = id
        request.transactionTimeoutMs = timeout
        request.producerId = producerId
        request.producerEpoch = epoch
        request.enable2Pc = enable2Pc
        request.keepPreparedTxn = keepPrepared
        return ask { shard.initProducer(request, newProducerId: $0, $1, now: now) }
    }

    func add(_ id: String, _ producerId: Int64, _ epoch: Int16, _ partitions: Set<TopicPartition>, version: Int16 = 2) -> TransactionReply? {
        ask { shard.addPartitions(TransactionalProducer(id, producerId: producerId, epoch: epoch), partitions, clientVersion: version, $1, now: now) }
    }

    func end(_ id: String, _ producerId: Int64, _ epoch: Int16, commits: Bool, version: Int16 = 2) -> TransactionReply? {
        ask {
            shard.end(
                TransactionalProducer(id, producerId: producerId, epoch: epoch), commits: commits, clientVersion: version, newProducerId: $0, $1, now: now)
        }
    }

    /// Every marker that was ordered is written.
    func writeMarkers() {
        let written = markers
        markers = []
        for order in written { settle(shard.complete(order, now: now)) }
    }

    func advance(_ ms: Int64) {
        let end = now + ms
        while let next = shard.nextDeadline, next <= end {
            now = max(now, next)
            settle(shard.tick(now: now))
        }
        now = end
    }

    func state(_ id: String) -> String { shard.describe(id).transactionState }
}
