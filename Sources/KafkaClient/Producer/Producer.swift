import KafkaProtocol
import Vocabulary

/// Sends records: gathers them into a batch per partition, and the batches into requests to the partitions' leaders. Deciding part only: it lives on
/// a `ClientCore`, whose driver it needs to make progress. One thread uses it.
public final class Producer: ClientMachine {
    /// Called once for each record that asked for it, with what became of it.
    public typealias Completion = (Result<RecordMetadata, ClientError>) -> Void

    /// What became of an offered record.
    public enum Admission: Sendable, Equatable {
        /// It was taken. `batchIsFull`: a batch is ready to go, so the driver should run soon.
        case accepted(batchIsFull: Bool)
        /// It was not: offer it again when something has happened, for at most `max.block.ms`.
        case mustWait(Wait)
    }

    public enum Wait: Sendable, Equatable {
        /// The topic's partitions are not known yet.
        case metadata
        /// `buffer.memory` is used up; the size of the record's batch in bytes.
        case memory(Int)
    }

    public let config: ProducerConfig
    let core: ClientCore
    /// Called for every batch that is given up, before its records' completions.
    public var onFailure: ((FailedBatch) -> Void)?
    /// Called for every batch that was written, before its records' completions. It costs less than a completion for each record. Set it before the first one.
    public var onWritten: ((WrittenBatch) -> Void)?
    /// What the records offered from now on are called in a `WrittenBatch`.
    public var tag = 0

    var topics: [String: ProducerTopic] = [:]
    private var lastTopic: ProducerTopic?
    /// Partitions with batches waiting or in flight.
    var active: [ProducerPartition] = []
    /// Requests in flight by node.
    var requestsInFlight: [Int32: Int] = [:]
    /// Rotates which partition is looked at first.
    var turn = 0
    var random: SeededGenerator
    var nextSerial: Int64 = 0
    /// Batches neither written nor given up.
    public internal(set) var pendingBatches = 0
    /// Bytes of records waiting or in flight.
    public internal(set) var memoryInUse = 0
    /// Compressed size over size, as seen lately; lets batches grow to `batch.size` after compression.
    var compressionRatio = 1.0
    /// `config.batchGrowthLimit`, until a broker finds a batch too large.
    var growthLimit: Int
    var isFlushing = false
    var isStarved = false

    /// Nil without a transactional id.
    var transactions: TransactionManager? {
        didSet { openTransaction = transactions.map { $0.state == .inTransaction ? $0.serial : -1 } ?? 0 }
    }
    /// The transaction that takes records, by its serial: 0 without a transactional id, -1 while none is open. Each record is compared with it.
    private(set) var openTransaction = 0
    var transactionCalls: [TransactionCall: (ClientError?) -> Void] = [:]
    var lastTransactionCall = 0

    var identity = ProducerIdentity.none
    var isAskingForIdentity = false
    var identityRetryAt: Int64 = 0
    var isProbing = false
    var nextProbeAt: Int64 = 0
    /// What ended the producer for good: refused credentials, a missing right.
    public internal(set) var failure: ClientError?
    /// Why brokers could not be asked of late; nil once one answered.
    public internal(set) var outage: ClientError?

    /// - Parameter seed: decides the choice of partitions for records without key.
    public init(_ core: ClientCore, config: ProducerConfig, seed: UInt64 = 0) {
        self.core = core
        self.config = config
        growthLimit = config.batchGrowthLimit
        random = SeededGenerator(seed: seed)
        if let id = config.transactionalId {
            transactions = TransactionManager(
                id: id, timeoutMs: Int32(clamping: config.transactionTimeoutMs), retryBackoffMs: config.retryBackoffMs, maxBlockMs: config.maxBlockMs)
            openTransaction = -1
        }
        core.attach(self)
    }

    /// The topic to offer records to; look it up once. Asks for its partitions when they are not known.
    public func topic(_ name: String) -> ProducerTopic {
        if let lastTopic, lastTopic.name == name { return lastTopic }
        let topic: ProducerTopic
        if let known = topics[name] {
            topic = known
        } else {
            topic = ProducerTopic(name: name, seed: UInt64(random.below(Int.max)))
            topics[name] = topic
            core.track([name])
        }
        lastTopic = topic
        return topic
    }

    /// Whether answers are awaited.
    public var hasRequestsInFlight: Bool { requestsInFlight.values.contains { $0 > 0 } || isAskingForIdentity || transactions?.underWay != nil }

    /// Everything written or given up.
    public var isIdle: Bool { pendingBatches == 0 }

    /// Sends what is gathered without waiting for `linger.ms`, until everything is done (`isIdle`).
    public func flush() {
        isFlushing = pendingBatches > 0
    }

    /// Gives up everything that is not yet written and leaves the core.
    public func close() {
        let error = ClientError(.closed, message: "The producer is closed forcefully.")
        closeTransactions()
        for partition in active {
            for batch in partition.inFlight + partition.waiting { fail(batch, of: partition, error) }
            partition.waiting = []
            partition.inFlight = []
            partition.open = nil
        }
        active = []
        core.detach(self)
    }
}
