import Coordination
import KafkaProtocol
import Security
import Vocabulary

/// The transaction coordinator: transactional ids and their transactions, in shards by the partitions of `__transaction_state`.
final class TransactionCoordinatorService: Sendable {
    typealias Completion = @Sendable (TransactionReply) -> Void
    private typealias Request = @Sendable (_ shard: inout TransactionShard, _ newProducerId: Int64?, _ token: UInt64, _ now: Int64) -> TransactionOutcome

    let topic: InternalTopic
    private let settings: BrokerSettings
    private let metadata: MetadataService
    private let producerIds: ProducerIdAllocator
    private let runtime: CoordinatorRuntime<TransactionShard>
    private let waiting: TransactionWaiting

    init(
        settings: BrokerSettings, metadata: MetadataService, partitions: PartitionTable, commits: CommitQueue, timers: Timers,
        producerIds: ProducerIdAllocator, markers: TransactionMarkerWriter, peers: TransactionPeers, now: Int64
    ) {
        self.settings = settings
        self.metadata = metadata
        self.producerIds = producerIds
        topic = InternalTopic(
            name: TopicName.transactionState, partitions: Int32(clamping: settings.int("transaction.state.log.num.partitions")),
            replicationFactor: Int16(clamping: settings.int("transaction.state.log.replication.factor")),
            configs: [
                ("unclean.leader.election.enable", "false"), ("compression.type", "uncompressed"), ("cleanup.policy", "compact"),
                ("min.insync.replicas", String(settings.int("transaction.state.log.min.isr"))),
                ("segment.bytes", String(settings.int("transaction.state.log.segment.bytes"))),
            ])
        let ending = TransactionEnding(metadata: metadata, writer: markers, peers: peers, producerIds: producerIds, timers: timers)
        waiting = ending.waiting
        runtime = CoordinatorRuntime(
            CoordinatorKind(
                topic: TopicName.transactionState, make: { TransactionShard(configuration: TransactionConfiguration($0)) },
                show: { $0.configuration = TransactionConfiguration($1) }, failed: { .failed($0) }, announce: { ending.carryOut($1, $0) }),
            settings: settings, metadata: metadata, partitions: partitions, commits: commits, timers: timers, now: now)
    }

    // MARK: Requests

    /// InitProducerId of a transactional producer; see `TransactionShard.initProducer`.
    func initProducer(_ request: InitProducerIdRequest, _ principal: Principal, now: Int64, then: @escaping Completion) {
        let id = request.transactionalId ?? ""
        patiently(id, now: now, then: then) { [self] now, then in
            submit(id, principal, now: now, { $0.initProducer(request, newProducerId: $1, $2, now: $3) }, then: then)
        }
    }

    /// EndTxn; see `TransactionShard.end`.
    func end(_ producer: TransactionalProducer, commits: Bool, clientVersion: Int16, _ principal: Principal, now: Int64, then: @escaping Completion) {
        submit(
            producer.transactionalId, principal, now: now,
            { $0.end(producer, commits: commits, clientVersion: clientVersion, newProducerId: $1, $2, now: $3) }, then: then)
    }

    /// AddPartitionsToTxn and AddOffsetsToTxn; see `TransactionShard.addPartitions`.
    func addPartitions(
        _ producer: TransactionalProducer, _ partitions: Set<TopicPartition>, clientVersion: Int16, now: Int64, then: @escaping Completion
    ) {
        patiently(producer.transactionalId, now: now, then: then) { [self] now, then in
            runtime.submit(
                producer.transactionalId, now: now, { $0.addPartitions(producer, partitions, clientVersion: clientVersion, $1, now: now) }, then: then)
        }
    }

    /// Whether partitions belong to a producer's open transaction; see `TransactionShard.verify`.
    func verify(_ producer: TransactionalProducer, _ partitions: Set<TopicPartition>, now: Int64, then: @escaping Completion) {
        runtime.submit(
            producer.transactionalId, now: now, { TransactionOutcome(token: $1, $0.verify(producer, partitions)) }, then: then)
    }

    private func submit(_ id: String, _ principal: Principal, now: Int64, _ request: @escaping Request, then: @escaping Completion) {
        runtime.submit(id, now: now, { request(&$0, nil, $1, now) }) { [self] reply in
            guard case .producerIdNeeded = reply else { return then(reply) }
            producerIds.next(principal) { [self] fresh in
                switch fresh {
                case .success(let fresh): runtime.submit(id, now: now, { request(&$0, fresh, $1, now) }, then: then)
                case .failure(let error): then(.failed(error))
                }
            }
        }
    }

    /// Asks again once the transaction before is over, where its markers are still being written; for a short while.
    private func patiently(_ id: String, now: Int64, then: @escaping Completion, _ ask: @escaping @Sendable (Int64, @escaping Completion) -> Void) {
        patiently(id, now: now, until: now + settings.int("add.partitions.to.txn.retry.backoff.max.ms"), then: then, ask)
    }

    private func patiently(
        _ id: String, now: Int64, until deadline: Int64, then: @escaping Completion, _ ask: @escaping @Sendable (Int64, @escaping Completion) -> Void
    ) {
        ask(now) { [self] reply in
            guard reply == .failed(.concurrentTransactions), now < deadline else { return then(reply) }
            waiting.wait(id, until: deadline) { [self] now in patiently(id, now: now, until: deadline, then: then, ask) }
            // It may have been over before anybody waited.
            let isOver = runtime.runner(for: id).flatMap { $0.read { !$0.isEnding(id) } }
            if (try? isOver.get().value) != false { waiting.release(id, now: now) }
        }
    }

    // MARK: Looking

    /// What is known of a transactional id; what was seen lasts once `waits`, to which that is added, are durable.
    func describe(_ id: String, _ waits: inout [(Partition, Offset)]) -> Result<DescribeTransactionsResponse.TransactionState, ErrorCode> {
        runtime.read(id, &waits) { $0.describe(id) }
    }

    /// The transactional ids that a filter lets through, by partition and name.
    func list(
        _ filter: TransactionShard.Filter, now: Int64, _ waits: inout [(Partition, Offset)]
    ) -> Result<[ListTransactionsResponse.TransactionState], ErrorCode> {
        runtime.allRunners.map { runners in
            runners.flatMap { runner -> [ListTransactionsResponse.TransactionState] in
                guard case .success(let found) = runner.read({ $0.list(filter, now: now) }) else { return [] }
                waits.append((runner.partition, found.upTo))
                return found.value
            }
        }
    }

    /// Calls `then` once all of the given logs are durable up to their offsets.
    func whenDurable(_ waits: [(Partition, Offset)], then: @escaping @Sendable (ErrorCode) -> Void) { runtime.whenDurable(waits, then: then) }
}

extension TransactionConfiguration {
    init(_ configs: ConfigView) {
        func int(_ key: String) -> Int64 { configs.broker(key).int ?? 0 }
        self.init()
        maxTimeoutMs = Int32(clamping: int("transaction.max.timeout.ms"))
        idExpirationMs = int("transactional.id.expiration.ms")
        expirationIntervalMs = max(1, int("transaction.remove.expired.transaction.cleanup.interval.ms"))
        allowsTwoPhaseCommit = configs.broker("transaction.two.phase.commit.enable").bool ?? false
        transactionVersion = configs.image.servedFeatures[FeatureName.transaction] ?? 0
    }
}
