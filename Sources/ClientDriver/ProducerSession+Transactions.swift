import KafkaClient

// The calls of a transactional producer, each waiting for its end.
extension ProducerSession {
    /// Gets the producer its id; see `Producer.initTransactions`.
    public func initTransactions(isStopped: () -> Bool = { false }) throws(ClientError) {
        try wait(isStopped) { producer, done throws(ClientError) in try producer.initTransactions(completion: done) }
    }

    /// Begins a transaction.
    public func beginTransaction() throws(ClientError) { try producer.beginTransaction() }

    /// Sends what was taken and commits.
    public func commitTransaction(isStopped: () -> Bool = { false }) throws(ClientError) {
        try wait(isStopped) { producer, done throws(ClientError) in try producer.commitTransaction(completion: done) }
    }

    /// Aborts the transaction with all that was sent in it.
    public func abortTransaction(isStopped: () -> Bool = { false }) throws(ClientError) {
        try wait(isStopped) { producer, done throws(ClientError) in try producer.abortTransaction(completion: done) }
    }

    private func wait(
        _ isStopped: () -> Bool, _ call: (Producer, @escaping (ClientError?) -> Void) throws(ClientError) -> Void
    ) throws(ClientError) {
        var outcome: ClientError??
        session.core.now = session.now
        try call(producer) { outcome = .some($0) }
        while outcome == nil {
            if isStopped() { throw ClientError(.interrupted, message: "Interrupted.") }
            try serve(untilMs: .max)
        }
        if let error = outcome ?? nil { throw error }
    }
}
