import KafkaProtocol

extension TransactionShard {
    /// InitProducerId of a transactional producer: fences whoever had the id before, and gives out a new epoch.
    /// - Parameters:
    ///   - newProducerId: an id that nobody has yet; nil at first, and what is needed once `producerIdNeeded` is the answer.
    /// - Returns: `producer`, `producerIdNeeded`, or a failure: INVALID_REQUEST, TRANSACTIONAL_ID_AUTHORIZATION_FAILED (two-phase commit where the broker has
    ///   none), UNSUPPORTED_VERSION (keeping a prepared transaction, which Kafka 4.3 does not do either), INVALID_TRANSACTION_TIMEOUT, PRODUCER_FENCED, or
    ///   CONCURRENT_TRANSACTIONS while the transaction before is being ended, after which the producer asks again.
    public mutating func initProducer(_ request: InitProducerIdRequest, newProducerId: Int64?, _ token: UInt64, now: Int64) -> TransactionOutcome {
        guard let id = request.transactionalId, !id.isEmpty else { return TransactionOutcome(token: token, .failed(.invalidRequest)) }
        if request.enable2Pc && !configuration.allowsTwoPhaseCommit {
            return TransactionOutcome(token: token, .failed(.transactionalIdAuthorizationFailed))
        }
        if request.keepPreparedTxn { return TransactionOutcome(token: token, .failed(.unsupportedVersion)) }
        guard request.enable2Pc || (1...configuration.maxTimeoutMs).contains(request.transactionTimeoutMs) else {
            return TransactionOutcome(token: token, .failed(.invalidTransactionTimeout))
        }
        let timeoutMs = request.enable2Pc ? Int32.max : request.transactionTimeoutMs
        let expected = request.producerId == -1 ? nil : (id: request.producerId, epoch: request.producerEpoch)
        let known = transactions[id] ?? newProducerId.map { TransactionMetadata(producerId: $0, timeoutMs: timeoutMs, now: now) }
        guard let known else { return TransactionOutcome(token: token, .producerIdNeeded) }
        guard known.accepts(expected) else { return TransactionOutcome(token: token, .failed(.producerFenced)) }
        switch known.state {
        case .prepareCommit, .prepareAbort: return TransactionOutcome(token: token, .failed(.concurrentTransactions))
        case .ongoing:
            guard let fenced = fencing(known, now: now, newProducerId: newProducerId) else { return TransactionOutcome(token: token, .producerIdNeeded) }
            return decide(id, fenced, (token, .failed(.concurrentTransactions)))
        case .empty, .completeCommit, .completeAbort, .dead, .prepareEpochFence: break
        }
        var next: TransactionMetadata
        if known.isEpochExhausted && (expected.map { $0.epoch == known.epoch } ?? true) {
            guard let newProducerId else { return TransactionOutcome(token: token, .producerIdNeeded) }
            next = known.changed(to: .empty)
            next.producerId = newProducerId
            next.epoch = 0
            next.lastEpoch = expected == nil ? -1 : known.epoch
        } else {
            guard let bumped = known.bumped(expected?.epoch) else { return TransactionOutcome(token: token, .failed(.producerFenced)) }
            next = bumped
        }
        next.timeoutMs = timeoutMs
        next.partitions = []
        next.startMs = -1
        next.lastUpdateMs = now
        return decide(id, next, (token, .producer(id: next.producerId, epoch: next.epoch)))
    }

    /// Aborts an open transaction on the coordinator's own account, with an epoch that its producer does not have. Nil when that needs a new producer id.
    func fencing(_ metadata: TransactionMetadata, now: Int64, newProducerId: Int64?) -> TransactionMetadata? {
        if configuration.transactionVersion >= 2 {
            return metadata.ending(.prepareAbort, clientVersion: configuration.transactionVersion, isBegun: true, now: now, newProducerId: newProducerId)
        }
        var next = metadata.changed(to: .prepareAbort)
        next.epoch = metadata.epoch == .max ? .max : metadata.epoch + 1
        next.lastEpoch = -1
        next.clientVersion = 0
        next.nextProducerId = -1
        next.lastUpdateMs = now
        return next
    }

    /// Aborts a transaction whose time is over; nothing when it was ended meanwhile. Without a new producer id where one is needed it announces `timedOut`.
    public mutating func abortTimedOut(_ id: String, now: Int64, newProducerId: Int64?) -> TransactionOutcome {
        guard let metadata = transactions[id], let deadline = metadata.deadline, deadline <= now else { return TransactionOutcome() }
        guard let next = fencing(metadata, now: now, newProducerId: newProducerId) else {
            timers.schedule(.transaction(id), at: now + Self.retryMs)
            var outcome = TransactionOutcome()
            outcome.announcements = [.timedOut(transactionalId: id)]
            return outcome
        }
        return decide(id, next)
    }
}

extension TransactionMetadata {
    /// Whether a producer that says what id and epoch it had may go on: the id is the one it was given, or it asks again after its id was rotated and the answer
    /// was lost, or nothing was given out yet.
    fileprivate func accepts(_ expected: (id: Int64, epoch: Int16)?) -> Bool {
        guard let expected else { return true }
        return epoch == -1 || expected.id == producerId || (expected.id == previousProducerId && Self.isExhausted(expected.epoch))
    }

    /// With the next epoch, or with this one when the request is one that was answered before; nil when the producer is fenced.
    fileprivate func bumped(_ expected: Int16?) -> TransactionMetadata? {
        var next = changed(to: .empty)
        guard let expected else {
            next.epoch = epoch + 1
            next.lastEpoch = -1
            return next
        }
        if epoch == -1 || expected == epoch {
            guard epoch < .max else { return nil }
            next.epoch = epoch + 1
            next.lastEpoch = epoch
            return next
        }
        return expected == lastEpoch ? next : nil
    }
}
