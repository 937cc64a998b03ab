internal import KafkaClient
internal import Vocabulary

// Transactions, on the client's thread: in their place among the records that were handed over.
extension RecordFeed {
    typealias Call = @Sendable (Result<Void, KafkaError>) -> Void

    /// What the producer's state asks for.
    var remedy: KafkaError.Remedy? {
        switch producer?.transactionState {
        case .abortableError: .abortTransaction
        case .fatalError: .newProducer
        default: nil
        }
    }

    func initTransactions(_ then: @escaping Call) {
        call(then) { producer, done throws(ClientError) in try producer.initTransactions(completion: done) }
    }

    func beginTransaction(_ then: @escaping Call) {
        call(then) { producer, done throws(ClientError) in
            try producer.beginTransaction()
            done(nil)
        }
    }

    func sendOffsets(_ offsets: [KafkaPartition: Int64], _ group: KafkaGroupMetadata, _ then: @escaping Call) {
        let offsets = Dictionary(uniqueKeysWithValues: offsets.map { (TopicPartition($0.topic, $0.partition), CommitOffset($1)) })
        call(then) { producer, done throws(ClientError) in try producer.sendOffsets(offsets, group: ConsumerGroupMetadata(group), completion: done) }
    }

    /// Commits when all that was handed over before is written or has failed.
    func commitTransaction(_ then: @escaping Call) {
        flush { [self] in
            call(then) { producer, done throws(ClientError) in try producer.commitTransaction(completion: done) }
        }
    }

    func abortTransaction(_ then: @escaping Call) {
        giveUpWaiting(KafkaError(.transactionAborted))
        call(then) { producer, done throws(ClientError) in try producer.abortTransaction(completion: done) }
    }

    /// Aborts a transaction that nobody has ended.
    func abortIfOpen(_ then: @escaping @Sendable () -> Void) {
        guard let state = producer?.transactionState, state == .inTransaction || state == .abortableError else { return then() }
        abortTransaction { _ in then() }
    }

    private func call(_ then: @escaping Call, _ make: (Producer, @escaping (ClientError?) -> Void) throws(ClientError) -> Void) {
        guard let producer else { return then(.failure(.closedProducer)) }
        do throws(ClientError) {
            try make(producer) { [self] error in then(error.map { .failure(KafkaError($0, remedy: remedy)) } ?? .success(())) }
        } catch {
            then(.failure(KafkaError(error, remedy: remedy)))
        }
    }
}
