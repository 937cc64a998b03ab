import KafkaProtocol

extension TransactionShard {
    /// EndTxn: decides, by a record of its own, that the transaction is committed or aborted; the markers follow.
    /// - Parameters:
    ///   - clientVersion: 2 for requests of version 5 and later, 0 for older ones.
    ///   - newProducerId: as for `initProducer`.
    /// - Returns: `ended`, `producerIdNeeded`, or a failure: INVALID_REQUEST, INVALID_PRODUCER_ID_MAPPING, PRODUCER_FENCED, INVALID_TXN_STATE, or
    ///   CONCURRENT_TRANSACTIONS while the same end is being carried out.
    public mutating func end(
        _ producer: TransactionalProducer, commits: Bool, clientVersion: Int16, newProducerId: Int64?, _ token: UInt64, now: Int64
    ) -> TransactionOutcome {
        let id = producer.transactionalId
        if id.isEmpty { return TransactionOutcome(token: token, .failed(.invalidRequest)) }
        guard let known = transactions[id] else { return TransactionOutcome(token: token, .failed(.invalidProducerIdMapping)) }
        let verdict = clientVersion >= 2 ? known.judge(producer, commits: commits) : known.judgeClassic(producer, commits: commits)
        switch verdict {
        case .refused(let error): return TransactionOutcome(token: token, .failed(error))
        case .done:
            let tells = clientVersion >= 2
            return TransactionOutcome(token: token, .ended(id: tells ? known.producerId : -1, epoch: tells ? known.epoch : -1))
        case .ends(let isBegun):
            let state: TransactionState = commits ? .prepareCommit : .prepareAbort
            guard let next = known.ending(state, clientVersion: clientVersion, isBegun: isBegun, now: now, newProducerId: newProducerId) else {
                return TransactionOutcome(token: token, .producerIdNeeded)
            }
            let complete = next.completed(now: now)
            let tells = clientVersion >= 2
            return decide(id, next, (token, .ended(id: tells ? complete.producerId : -1, epoch: tells ? complete.epoch : -1)))
        }
    }

    /// Every partition has its marker: the transaction is over, as soon as that can be appended. Nothing when it is not the one that these markers were of.
    public mutating func complete(_ markers: TransactionMarkers, now: Int64) -> TransactionOutcome {
        guard let known = transactions[markers.transactionalId], known.producerId == markers.producerId, known.epoch == markers.producerEpoch,
            known.state == (markers.commits ? .prepareCommit : .prepareAbort)
        else { return TransactionOutcome() }
        marked.insert(markers.transactionalId)
        return completeMarked(markers.transactionalId, now: now)
    }

    mutating func completeMarked(_ id: String, now: Int64) -> TransactionOutcome {
        guard let known = transactions[id] else { return TransactionOutcome() }
        return decide(id, known.completed(now: now))
    }
}

/// What is to be done about an EndTxn.
private enum EndVerdict {
    /// `isBegun`: the transaction has partitions, or might have; an abort without one only bumps the epoch.
    case ends(isBegun: Bool)
    /// It was asked before, and answered or not.
    case done
    case refused(ErrorCode)
}

extension TransactionMetadata {
    /// The state that a decision about the end leads to; nil when the next epoch would be the last, which needs a new producer id for afterwards.
    func ending(_ state: TransactionState, clientVersion: Int16, isBegun: Bool, now: Int64, newProducerId: Int64?) -> TransactionMetadata? {
        var next = changed(to: state)
        next.clientVersion = clientVersion
        next.nextProducerId = -1
        if clientVersion >= 2 {
            if isEpochExhausted {
                guard let newProducerId else { return nil }
                next.nextProducerId = newProducerId
            }
            next.epoch = epoch == .max ? .max : epoch + 1
            next.lastEpoch = epoch
        }
        if !isBegun { next.startMs = now }
        next.lastUpdateMs = now
        return next
    }

    /// The state once all markers are written.
    func completed(now: Int64) -> TransactionMetadata {
        var next = changed(to: state == .prepareCommit ? .completeCommit : .completeAbort)
        if bumpsEpochs, nextProducerId != -1 {
            next.producerId = nextProducerId
            next.epoch = 0
        }
        next.nextProducerId = -1
        next.partitions = []
        next.lastUpdateMs = now
        return next
    }

    /// The classic protocol: the epoch stays, so an end that was asked before looks like one that is asked for the first time.
    fileprivate func judgeClassic(_ producer: TransactionalProducer, commits: Bool) -> EndVerdict {
        guard producerId == producer.producerId else { return .refused(.invalidProducerIdMapping) }
        guard epoch == producer.epoch else { return .refused(.producerFenced) }
        return switch (state, commits) {
        case (.ongoing, _): .ends(isBegun: true)
        case (.completeCommit, true), (.completeAbort, false): .done
        case (.prepareCommit, true), (.prepareAbort, false): .refused(.concurrentTransactions)
        default: .refused(.invalidTxnState)
        }
    }

    /// KIP-890: the epoch tells a repeated end from the next one, also when the bump went over to a new producer id.
    fileprivate func judge(_ producer: TransactionalProducer, commits: Bool) -> EndVerdict {
        let repeatsOverRotation = previousProducerId == producer.producerId && producer.epoch == Int16.max - 1 && epoch == 0
        let repeats = Int32(epoch) == Int32(producer.epoch) + 1
        guard producerId == producer.producerId || repeatsOverRotation else { return .refused(.invalidProducerIdMapping) }
        let isCurrent = producer.epoch == epoch
        let isValid =
            switch state {
            case .prepareCommit, .prepareAbort: repeats
            case .completeCommit, .completeAbort: repeats || repeatsOverRotation || isCurrent
            case .empty, .ongoing, .dead, .prepareEpochFence: isCurrent
            }
        guard isValid else { return .refused(.producerFenced) }
        let isRepeated = repeats || repeatsOverRotation
        return switch state {
        case .ongoing: .ends(isBegun: true)
        case .empty: commits ? .refused(.invalidTxnState) : .ends(isBegun: false)
        case .prepareCommit: .refused(commits ? .concurrentTransactions : .invalidTxnState)
        case .prepareAbort: .refused(commits ? .invalidTxnState : .concurrentTransactions)
        case .completeCommit, .completeAbort:
            if isRepeated {
                commits == (state == .completeCommit) ? .done : .refused(.invalidTxnState)
            } else {
                commits ? .refused(.invalidTxnState) : .ends(isBegun: false)
            }
        case .dead, .prepareEpochFence: .refused(.invalidTxnState)
        }
    }
}
