import KafkaProtocol
import Vocabulary

/// Transactions (KIP-98): what was sent between a begin and a commit becomes visible to readers of committed records as one, or not at all. Needs
/// `transactional.id`. The rules are `TransactionManager`'s; here its requests are sent and its decisions carried out.
///
/// A call's completion is called once, inside a later turn of the core. After `max.block.ms` it fails with a timeout while what it asked for goes on:
/// then only the same call may be made again, and joins it.
extension Producer {
    /// Where the producer stands; `.uninitialized` also without a transactional id.
    public var transactionState: TransactionalProducerState { transactions?.state ?? .uninitialized }

    /// Gets the producer its id, before the first transaction. An earlier producer with the same transactional id is fenced, and its open transaction aborted.
    /// - Throws: `.illegalState`, or what ended the producer before.
    public func initTransactions(completion: @escaping (ClientError?) -> Void) throws(ClientError) {
        try call(completion) { manager, call, now throws(ClientError) in try manager.initTransactions(call, now) }
    }

    /// Begins a transaction: records offered from now on are part of it.
    /// - Throws: `.illegalState`, or what ended the producer before.
    public func beginTransaction() throws(ClientError) {
        try requireTransactions()
        try transactions?.begin()
    }

    /// Commits a consumer's offsets with the transaction.
    /// - Throws: `.illegalState`, or why the transaction or the producer has failed.
    public func sendOffsets(
        _ offsets: [TopicPartition: CommitOffset], group: ConsumerGroupMetadata, completion: @escaping (ClientError?) -> Void
    ) throws(ClientError) {
        if group.generationId > 0, group.memberId.isEmpty {
            throw .illegalState("Passed in group metadata \(group) has generationId > 0 but the member.id is unknown")
        }
        if offsets.isEmpty {
            try requireTransactions()
            core.later { completion(nil) }
            return
        }
        try call(completion) { manager, call, now throws(ClientError) in try manager.sendOffsets(call, offsets, group, now) }
    }

    /// Sends what is gathered and commits when all of it is written.
    /// - Throws: `.illegalState`, or why the transaction or the producer has failed; in state `.abortableError` it is to be aborted.
    public func commitTransaction(completion: @escaping (ClientError?) -> Void) throws(ClientError) {
        try call(completion) { manager, call, now throws(ClientError) in try manager.commit(call, now) }
    }

    /// Aborts the transaction: what is gathered is given up, and what was written stays hidden from readers of committed records.
    /// - Throws: `.illegalState`, or what ended the producer.
    public func abortTransaction(completion: @escaping (ClientError?) -> Void) throws(ClientError) {
        try call(completion) { manager, call, now throws(ClientError) in try manager.abort(call, now) }
    }

    private func requireTransactions() throws(ClientError) {
        if transactions != nil { return }
        throw .illegalState(
            config.isIdempotent
                ? "Transactional method invoked on a non-transactional producer."
                : "Cannot use transactional methods without enabling transactions by setting the transactional.id configuration property")
    }

    private func call(
        _ completion: @escaping (ClientError?) -> Void,
        _ body: (inout TransactionManager, TransactionCall, Int64) throws(ClientError) -> Void
    ) throws(ClientError) {
        try requireTransactions()
        guard var manager = transactions else { return }
        // A copy beside the original would copy what both hold at the first change.
        transactions = nil
        defer { transactions = manager }
        lastTransactionCall += 1
        let call = TransactionCall(value: lastTransactionCall)
        manager.features = core.finalizedFeatures
        try body(&manager, call, core.now)
        transactionCalls[call] = completion
    }

    // MARK: Records

    /// - Throws: why no record can be let into a transaction now.
    func letIntoTransaction(_ partition: ProducerPartition) throws(ClientError) {
        try transactions?.admit(TopicPartition(partition.topic, partition.index))
        partition.transaction = transactions?.serial ?? 0
    }

    /// A record of the transaction was not taken, so that the rest must not be committed. A call at the wrong time is no such thing.
    func noteRefusal(_ error: ClientError) {
        guard transactions?.state == .inTransaction, error.kind != .illegalState else { return }
        transactions?.batchFailed(error, wasSent: false)
    }

    /// Whether a batch that was refused for its sequence number may go again, without another epoch, which only the coordinator gives.
    func mendsSequence(_ entry: SentBatch, _ code: ErrorCode, _ logStartOffset: Int64) -> Bool {
        let (partition, batch) = (entry.partition, entry.batch)
        switch code {
        case .outOfOrderSequenceNumber: return partition.hasUnresolved(before: batch) && !partition.hasGap(before: batch)
        case .unknownProducerId:
            if logStartOffset < 0 { return true }
            // All that was written is gone with the head of the log, and with it what the broker knew of this producer.
            guard partition.lastAckedOffset < logStartOffset else { return false }
            partition.mustRestart = true
            return true
        default: return false
        }
    }

    /// Gives the parts of a batch that was too large the sequence numbers of the whole.
    func keepSequence(of batch: ProducerBatch, in parts: [ProducerBatch], _ partition: ProducerPartition) {
        var sequence = batch.sequence
        for part in parts {
            part.encode(producerId: partition.identity.id, epoch: partition.identity.epoch, sequence: sequence)
            sequence += Int64(part.count)
        }
    }

    // MARK: The machine

    /// Does what is due; called with every turn.
    func advanceTransactions(_ now: Int64) {
        guard transactions != nil else { return }
        transactions?.expire(now)
        performTransactionActions()
        if let request = transactions?.next(now, isDrained: pendingBatches == 0) { submit(request) }
        performTransactionActions()
    }

    private func performTransactionActions() {
        for action in transactions?.takeActions() ?? [] {
            switch action {
            case .end(let call, let error): transactionCalls.removeValue(forKey: call)?(error)
            case .adopt(let identity): self.identity = identity
            case .failUnsent(let error): giveUp(error) { !$0.isEncoded }
            case .failAll(let error): giveUp(error) { _ in true }
            case .forgetCoordinator(let target): core.forgetCoordinator(target)
            }
        }
    }

    private func giveUp(_ error: ClientError, where isGivenUp: (ProducerBatch) -> Bool) {
        for partition in active {
            let batches = partition.waiting.filter(isGivenUp)
            if batches.isEmpty { continue }
            partition.waiting.removeAll(where: isGivenUp)
            if let open = partition.open, isGivenUp(open) { partition.open = nil }
            for batch in batches { fail(batch, of: partition, error) }
        }
        unlistEmpty()
    }

    func closeTransactions() {
        transactions?.close()
        performTransactionActions()
    }

    private func submit(_ request: TransactionRequest) {
        guard let id = config.transactionalId else { return }
        let coordinator = Target.transactionCoordinator(id)
        switch request {
        case .initProducerId(let request): submit(request, to: coordinator) { .initProducerId($0) }
        // From version 4 on the request is one between brokers.
        case .addPartitions(let request): submit(request, to: coordinator, versions: 0...3) { .addPartitions($0) }
        case .addOffsets(let request): submit(request, to: coordinator) { .addOffsets($0) }
        case .commitOffsets(let request, let versions): submit(request, to: .groupCoordinator(request.groupId), versions: versions) { .commitOffsets($0) }
        case .end(let request, let versions): submit(request, to: coordinator, versions: versions) { .end($0) }
        }
    }

    private func submit<R: Request>(
        _ request: R, to target: Target, versions: ClosedRange<Int16>? = nil, _ reply: @escaping (R.Response) -> TransactionReply
    ) {
        // Trying again is the manager's: it depends on what is being done.
        let options = RequestOptions(timeoutMs: config.requestTimeoutMs, attemptTimeoutMs: config.requestTimeoutMs, retry: .no, versions: versions)
        core.submit(request, to: target, options: options) { [weak self] result in
            guard let self else { return }
            noteCoordinator()
            switch result {
            case .success(let answer):
                outage = nil
                transactions?.answered(reply(answer), core.now)
            case .failure(let error):
                if error.isRetriable { outage = error }
                transactions?.answered(.failed(error), core.now)
            }
        }
    }

    /// Takes over what the coordinator said when it was connected to.
    private func noteCoordinator() {
        transactions?.features = core.finalizedFeatures
        guard let id = config.transactionalId, let node = core.knownCoordinator(.transactionCoordinator(id)),
            let version = core.version(of: .initProducerId, node: node)
        else { return }
        transactions?.coordinatorBumpsEpochs = version >= 3
    }
}
