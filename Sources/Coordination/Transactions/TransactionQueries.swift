import KafkaProtocol
import Pattern

extension TransactionShard {
    /// DescribeTransactions: INVALID_REQUEST for an empty id, TRANSACTIONAL_ID_NOT_FOUND for one that is not known. Partitions are in order.
    public func describe(_ id: String) -> DescribeTransactionsResponse.TransactionState {
        var answer = DescribeTransactionsResponse.TransactionState()
        answer.transactionalId = id
        guard !id.isEmpty, let known = transactions[id] else {
            answer.errorCode = id.isEmpty ? .invalidRequest : .transactionalIdNotFound
            return answer
        }
        answer.producerId = known.producerId
        answer.producerEpoch = known.epoch
        answer.transactionState = known.state.name
        answer.transactionTimeoutMs = known.timeoutMs
        answer.transactionStartTimeMs = known.startMs
        for partition in known.partitions.sorted() {
            if answer.topics.last?.topic != partition.topic {
                var topic = DescribeTransactionsResponse.TransactionState.TopicData()
                topic.topic = partition.topic
                answer.topics.append(topic)
            }
            answer.topics[answer.topics.count - 1].partitions.append(partition.partition)
        }
        return answer
    }

    /// Whether a transaction's markers are being written.
    public func isEnding(_ id: String) -> Bool { transactions[id]?.state.isPrepared ?? false }

    /// What a ListTransactions request lets through.
    public struct Filter: Sendable {
        /// None: all.
        public var producerIds: Set<Int64> = []
        /// Nil: all.
        public var states: Set<TransactionState>?
        /// Longer than this (ms); negative: all.
        public var durationMs: Int64 = -1
        /// Of the whole transactional id.
        public var pattern: Pattern?

        public init() {}
    }

    /// The transactional ids of this shard that a filter lets through, sorted.
    public func list(_ filter: Filter, now: Int64) -> [ListTransactionsResponse.TransactionState] {
        let found = transactions.filter { id, known in
            if !filter.producerIds.isEmpty, !filter.producerIds.contains(known.producerId) { return false }
            if let states = filter.states, !states.contains(known.state) { return false }
            if filter.durationMs >= 0, now - known.startMs <= filter.durationMs { return false }
            return filter.pattern?.matches(id) ?? true
        }
        return found.sorted { $0.key < $1.key }.map { id, known in
            var state = ListTransactionsResponse.TransactionState()
            state.transactionalId = id
            state.producerId = known.producerId
            state.transactionState = known.state.name
            return state
        }
    }
}
