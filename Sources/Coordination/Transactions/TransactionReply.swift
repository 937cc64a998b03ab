import KafkaProtocol
import Vocabulary

/// The answer to a request to the transaction coordinator, and what it has to be done once the records of an outcome are committed.
public enum TransactionReply: Equatable, Sendable {
    /// InitProducerId is answered with this id and epoch.
    case producer(id: Int64, epoch: Int16)
    /// EndTxn is answered; clients of version 5 and later go on with this id and epoch.
    case ended(id: Int64, epoch: Int16)
    /// AddPartitionsToTxn: each partition's error.
    case partitions([TopicPartition: ErrorCode])
    /// What was asked needs a new producer id: it has to be asked again with one.
    case producerIdNeeded
    /// A transaction of a producer whose epochs are used up has timed out: `abortTimedOut` wants a new producer id.
    case timedOut(transactionalId: String)
    /// Markers have to be written, and `complete` be called once all are durable.
    case markers(TransactionMarkers)
    case failed(ErrorCode)
}

/// The outcome of a request to the transaction coordinator.
public typealias TransactionOutcome = CoordinatorOutcome<TransactionReply>

/// The markers that end a transaction.
public struct TransactionMarkers: Equatable, Sendable {
    public var transactionalId: String
    public var producerId: Int64
    /// The epoch that the markers carry: under `transaction.version` 2 one more than the transaction's records have.
    public var producerEpoch: Int16
    public var commits: Bool
    /// In order.
    public var partitions: [TopicPartition]
    /// The version of the client's protocol (WriteTxnMarkers 2).
    public var transactionVersion: Int16
}

/// Who asks, as a request names itself: answered only when that is who the coordinator knows.
public struct TransactionalProducer: Equatable, Sendable {
    public var transactionalId: String
    public var producerId: Int64
    public var epoch: Int16

    public init(_ transactionalId: String, producerId: Int64, epoch: Int16) {
        (self.transactionalId, self.producerId, self.epoch) = (transactionalId, producerId, epoch)
    }
}
