internal import ClientDriver

/// Transactions: records of any topics, and the offsets up to which a consumer has read, become visible together or not at all. They need the property
/// `transactional.id`, which names the producer across its restarts, and readers with `isolation.level=read_committed`.
///
///     try await producer.initTransactions()
///     try await producer.beginTransaction()
///     do {
///         try await producer.send(ProducerRecord(topic: "orders", value: "book"))
///         try await producer.commitTransaction()
///     } catch let error as KafkaError where error.remedy == .abortTransaction {
///         try await producer.abortTransaction()
///     }
///
/// A failure says in `remedy` whether the transaction is to be aborted, or whether this producer is done for. A call that fails with `.timeout` after
/// `max.block.ms` goes on in the background: the same call made again joins it, any other is an `.illegalState`.
extension KafkaProducer {
    /// Gets the producer its id, once and before the first transaction. A transaction that an earlier producer with this `transactional.id` has left open
    /// is aborted, and that producer fenced.
    public func initTransactions() async throws(KafkaError) { try await call { feed, then in feed.initTransactions(then) } }

    /// Begins a transaction. Records sent from now on belong to it.
    public func beginTransaction() async throws(KafkaError) { try await call { feed, then in feed.beginTransaction(then) } }

    /// Commits with the transaction where a consumer's group goes on. The consumer itself must not commit (`enable.auto.commit=false`).
    /// - Parameters:
    ///   - offsets: per partition, the offset of the next record to read
    ///   - group: the consumer's `groupMetadata()`
    public func sendOffsets(_ offsets: [KafkaPartition: Int64], group: KafkaGroupMetadata) async throws(KafkaError) {
        try await call { feed, then in feed.sendOffsets(offsets, group, then) }
    }

    /// Waits until all that was sent is acknowledged, and commits it.
    /// - Throws: also when one of the records could not be written; then the transaction is to be aborted.
    public func commitTransaction() async throws(KafkaError) { try await call { feed, then in feed.commitTransaction(then) } }

    /// Aborts the transaction. What was sent and is not written fails; what is written stays hidden from readers of committed records.
    public func abortTransaction() async throws(KafkaError) { try await call { feed, then in feed.abortTransaction(then) } }

    private func call(_ make: @escaping @Sendable (RecordFeed, @escaping RecordFeed.Call) -> Void) async throws(KafkaError) {
        let feed = feed
        let result: Result<Void, KafkaError> = await withCheckedContinuation { continuation in
            let isTaken = thread.perform { _ in make(feed) { continuation.resume(returning: $0) } }
            if !isTaken { continuation.resume(returning: .failure(.closedProducer)) }
        }
        try result.get()
    }

    func abortIfOpen() async {
        let feed = feed
        await withCheckedContinuation { continuation in
            if !thread.perform({ _ in feed.abortIfOpen { continuation.resume() } }) { continuation.resume() }
        }
    }
}
