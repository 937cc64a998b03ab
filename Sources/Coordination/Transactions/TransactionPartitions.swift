import KafkaProtocol
import Vocabulary

extension TransactionShard {
    /// AddPartitionsToTxn, and AddOffsetsToTxn with the partition of `__consumer_offsets`: the transaction is open from here on, and these partitions get
    /// its marker.
    /// - Parameters:
    ///   - clientVersion: 2 for requests of version 4 and later, 0 for older ones.
    /// - Returns: `partitions` with no error for each, or a failure of all: INVALID_REQUEST, INVALID_PRODUCER_ID_MAPPING, PRODUCER_FENCED, or
    ///   CONCURRENT_TRANSACTIONS while the transaction before is being ended.
    public mutating func addPartitions(_ producer: TransactionalProducer, _ partitions: Set<TopicPartition>, clientVersion: Int16, _ token: UInt64, now: Int64)
        -> TransactionOutcome
    {
        switch find(producer) {
        case .failure(let error): return TransactionOutcome(token: token, .failed(error))
        case .success(let known):
            let reply = TransactionReply.partitions(Dictionary(uniqueKeysWithValues: partitions.map { ($0, .none) }))
            if known.state == .ongoing, known.partitions.isSuperset(of: partitions) { return TransactionOutcome(token: token, reply) }
            var next = known.changed(to: .ongoing)
            next.partitions.formUnion(partitions)
            if known.state != .ongoing { next.startMs = now }
            next.lastUpdateMs = now
            next.clientVersion = clientVersion
            return decide(producer.transactionalId, next, (token, reply))
        }
    }

    /// AddPartitionsToTxn that only asks: whether these partitions belong to the open transaction of this producer. TRANSACTION_ABORTABLE for each that does not.
    public func verify(_ producer: TransactionalProducer, _ partitions: Set<TopicPartition>) -> TransactionReply {
        switch find(producer) {
        case .failure(let error): .failed(error)
        case .success(let known):
            .partitions(Dictionary(uniqueKeysWithValues: partitions.map { ($0, known.partitions.contains($0) ? .none : .transactionAbortable) }))
        }
    }

    private func find(_ producer: TransactionalProducer) -> Result<TransactionMetadata, ErrorCode> {
        if producer.transactionalId.isEmpty { return .failure(.invalidRequest) }
        guard let known = transactions[producer.transactionalId], known.producerId == producer.producerId else { return .failure(.invalidProducerIdMapping) }
        guard known.epoch == producer.epoch else { return .failure(.producerFenced) }
        return known.state.isPrepared ? .failure(.concurrentTransactions) : .success(known)
    }
}
