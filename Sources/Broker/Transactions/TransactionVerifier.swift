import Coordination
import KafkaProtocol
import LogStorage
import Vocabulary

/// Lets a transaction's records into a partition only once its coordinator knows that they will be there, so that no transaction hangs (KIP-890). A partition
/// that has records of the open transaction already need not be asked about again.
final class TransactionVerifier: Sendable {
    /// How a version of a request that writes in a transaction wants it.
    struct Manner: Sendable {
        /// The partition becomes part of the transaction by the write itself, and each transaction has an epoch of its own (`transaction.version` 2).
        var adds: Bool
        /// The client knows TRANSACTION_ABORTABLE.
        var knowsAbortable: Bool

        static func produce(version: Int16) -> Manner { Manner(adds: version >= 12, knowsAbortable: version >= 11) }

        static func offsetCommit(version: Int16) -> Manner { Manner(adds: version >= 5, knowsAbortable: version >= 4) }
    }

    /// A write that waits.
    struct Write: Sendable {
        var partition: Partition
        /// Of the batch; -1 for records that have none.
        var sequence: Int32

        fileprivate var name: TopicPartition { TopicPartition(partition.topic, partition.index) }
    }

    /// For each write, what it has to show, or why it must not be done.
    typealias Verdicts = [Result<TransactionTerms, AppendError>]

    private let metadata: MetadataService
    private let coordinator: TransactionCoordinatorService
    private let peers: TransactionPeers
    private let order = WriteOrder()

    init(metadata: MetadataService, coordinator: TransactionCoordinatorService, peers: TransactionPeers) {
        self.metadata = metadata
        self.coordinator = coordinator
        self.peers = peers
    }

    /// `then` is to do the writes before it returns: what the same producer sends after them follows.
    func verify(_ producer: TransactionalProducer, _ writes: [Write], _ manner: Manner, now: Int64, then: @escaping @Sendable (Verdicts) -> Void) {
        let isRequired = metadata.configs.broker("transaction.partition.verification.enable").bool ?? true
        order.enter(producer.producerId) { [self] done in
            let write: @Sendable (Verdicts) -> Void = { verdicts in
                then(verdicts)
                done()
            }
            guard isRequired || manner.adds else { return write(writes.map { _ in .success(.unchecked) }) }
            ask(producer, writes, manner, isRequired: isRequired, now: now, then: write)
        }
    }

    /// Whether a write waits for an answer.
    var isIdle: Bool { order.pending == 0 }

    private func ask(
        _ producer: TransactionalProducer, _ writes: [Write], _ manner: Manner, isRequired: Bool, now: Int64, then: @escaping @Sendable (Verdicts) -> Void
    ) {
        var asked: [TopicPartition: VerificationGuard] = [:]
        let begun: Verdicts = writes.map { write in
            do throws(AppendError) {
                let proof = try write.partition.log.startVerification(
                    producerId: producer.producerId, epoch: producer.epoch, sequence: write.sequence, bumpsEpochs: manner.adds, now: now)
                if let proof { asked[write.name] = proof }
                return .success(isRequired ? .verified(proof) : .unchecked)
            } catch {
                return .failure(error)
            }
        }
        if asked.isEmpty { return then(begun) }
        let proofs = asked
        let partitions = Set(asked.keys)
        let answered: TransactionCoordinatorService.Completion = { reply in
            then(
                zip(writes, begun).map { write, verdict in
                    guard let proof = proofs[write.name], case .success = verdict else { return verdict }
                    let error = Self.error(reply, write.name)
                    if error == .none { return verdict }
                    if !Self.isPassing(error) { write.partition.log.cancelVerification(producerId: producer.producerId, proof) }
                    return .failure(manner.refusal(error))
                })
        }
        switch peers.coordinator(of: producer.transactionalId) {
        case .here where manner.adds: coordinator.addPartitions(producer, partitions, clientVersion: 2, now: now, then: answered)
        case .here: coordinator.verify(producer, partitions, now: now, then: answered)
        case .there(let way): way.ask(producer, partitions, adds: manner.adds, then: answered)
        case .nowhere: answered(.failed(.coordinatorNotAvailable))
        }
    }

    /// Whether the same may be asked again with another answer; the lowest sequence number that waits is kept until then.
    private static func isPassing(_ error: ErrorCode) -> Bool {
        switch error {
        case .concurrentTransactions, .coordinatorLoadInProgress, .coordinatorNotAvailable, .notCoordinator, .networkException: true
        default: false
        }
    }

    private static func error(_ reply: TransactionReply, _ partition: TopicPartition) -> ErrorCode {
        switch reply {
        case .partitions(let errors): errors[partition] ?? .unknownServerError
        case .failed(let error): error
        case .producer, .ended, .producerIdNeeded, .timedOut, .markers: .unknownServerError
        }
    }
}

extension TransactionVerifier.Manner {
    /// What a client of this version knows for what the coordinator says.
    fileprivate func refusal(_ error: ErrorCode) -> AppendError {
        switch error {
        case .producerFenced: AppendError(.invalidProducerEpoch, "")
        case .transactionAbortable where !knowsAbortable: AppendError(.invalidTxnState, "")
        default: AppendError(error, "")
        }
    }
}
