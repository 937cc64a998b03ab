import KafkaProtocol
import Vocabulary

/// What the coordinator knows of one transactional id.
struct TransactionMetadata: Equatable {
    var producerId: Int64
    /// The id before the last transition; another one only right after a rotation.
    var previousProducerId: Int64 = -1
    /// The id that a producer whose epochs are used up gets once its transaction is complete.
    var nextProducerId: Int64 = -1
    /// −1 before the first InitProducerId is answered.
    var epoch: Int16 = -1
    /// The epoch before the last bump, by which a retried InitProducerId is known; not in the log.
    var lastEpoch: Int16 = -1
    var timeoutMs: Int32
    var state = TransactionState.empty
    var partitions: Set<TopicPartition> = []
    /// When the first partition was added (ms since 1970), −1 before that.
    var startMs: Int64 = -1
    var lastUpdateMs: Int64
    /// The version of the protocol that the client speaks: 2 bumps the epoch with each transaction.
    var clientVersion: Int16 = 0

    init(producerId: Int64, timeoutMs: Int32, now: Int64) {
        self.producerId = producerId
        self.timeoutMs = timeoutMs
        lastUpdateMs = now
    }

    /// Nil when the status is one that no version of Kafka writes.
    init?(_ value: TransactionLogValue) {
        guard let state = TransactionState(rawValue: value.transactionStatus) else { return nil }
        producerId = value.producerId
        previousProducerId = value.previousProducerId
        nextProducerId = value.nextProducerId
        epoch = value.producerEpoch
        timeoutMs = value.transactionTimeoutMs
        self.state = state
        for topic in value.transactionPartitions ?? [] {
            for partition in topic.partitionIds { partitions.insert(TopicPartition(topic.topic, partition)) }
        }
        startMs = value.transactionStartTimestampMs
        lastUpdateMs = value.transactionLastUpdateTimestampMs
        clientVersion = value.clientTransactionVersion
    }

    /// The record that the log keeps, in the form that the finalized `transaction.version` allows.
    func record(_ transactionalId: String, transactionVersion: Int16) -> CoordinatorRecord {
        var key = TransactionLogKey()
        key.transactionalId = transactionalId
        var value = TransactionLogValue()
        value.producerId = producerId
        value.producerEpoch = epoch
        value.transactionTimeoutMs = timeoutMs
        value.transactionStatus = state.rawValue
        value.transactionPartitions = state == .empty ? nil : topics
        value.transactionLastUpdateTimestampMs = lastUpdateMs
        value.transactionStartTimestampMs = startMs
        guard transactionVersion >= 1 else { return CoordinatorRecord(key: key, value: value, version: 0) }
        value.previousProducerId = previousProducerId
        value.nextProducerId = nextProducerId
        value.clientTransactionVersion = clientVersion
        return CoordinatorRecord(key: key, value: value, version: 1)
    }

    private var topics: [TransactionLogValue.PartitionsSchema] {
        var topics: [TransactionLogValue.PartitionsSchema] = []
        for partition in partitions.sorted() {
            if topics.last?.topic != partition.topic {
                var topic = TransactionLogValue.PartitionsSchema()
                topic.topic = partition.topic
                topics.append(topic)
            }
            topics[topics.count - 1].partitionIds.append(partition.partition)
        }
        return topics
    }

    /// 32,766 is the last epoch that a producer is given; the one after it is left for the markers that end or fence it.
    var isEpochExhausted: Bool { Self.isExhausted(epoch) }

    static func isExhausted(_ epoch: Int16) -> Bool { epoch >= Int16.max - 1 }

    /// Whether each transaction ends with a new epoch (KIP-890).
    var bumpsEpochs: Bool { clientVersion >= 2 }

    /// When an open transaction is aborted; nil when none is open, or when it belongs to a two-phase commit, which has all the time it needs.
    var deadline: Int64? { state == .ongoing && timeoutMs != .max ? startMs + Int64(timeoutMs) + 1 : nil }

    /// The next state, which remembers the producer id of this one.
    func changed(to state: TransactionState) -> TransactionMetadata {
        var next = self
        next.previousProducerId = producerId
        next.state = state
        return next
    }
}
