import KafkaProtocol
import Vocabulary

// What an answer leaves of the transaction: most errors are tried again, some can be mended by an abort, the rest end the producer.
extension TransactionManager {
    /// The pause before a transaction's first partitions are added again while the one before is still being completed, in milliseconds.
    private static let concurrentRetryMs: Int64 = 20

    /// Takes in what became of the request under way.
    mutating func answered(_ reply: TransactionReply, _ now: Int64) {
        guard let pending = underWay else { return }
        underWay = nil
        // Whoever waited was told when the producer failed.
        if state == .fatalError { return }
        switch reply {
        case .initProducerId(let answer): initAnswered(answer, pending, now)
        case .addPartitions(let answer): partitionsAnswered(answer, pending, now)
        case .addOffsets(let answer): offsetsAdded(answer, pending, now)
        case .commitOffsets(let answer): offsetsAnswered(answer, pending, now)
        case .end(let answer): endAnswered(answer, pending, now)
        case .failed(let error): unanswered(error, pending, now)
        }
    }

    /// A batch was given up. What of its records is in the log is part of a transaction that must not be committed.
    /// - Parameter wasSent: whether its sequence numbers were used, so that those that follow would leave a gap.
    mutating func batchFailed(_ error: ClientError, wasSent: Bool) {
        let fatal: [ErrorCode] = [
            .clusterAuthorizationFailed, .transactionalIdAuthorizationFailed, .producerFenced, .unsupportedVersion, .invalidProducerIdMapping,
        ]
        if error.kind == .unsupportedVersion || error.code.map(fatal.contains) ?? false { return fail(fatally: error) }
        if wasSent, !survivesErrors { return fail(fatally: error) }
        if bumpsByClient { mustBumpEpoch = true }
        fail(abortably: error.isRetriable || error.code == .invalidTxnState ? error.afterLastRetry() : error)
    }

    // MARK: Each answer

    private mutating func initAnswered(_ answer: InitProducerIdResponse, _ pending: Pending, _ now: Int64) {
        switch answer.errorCode {
        case .none:
            initialized(ProducerIdentity(id: answer.producerId, epoch: answer.producerEpoch), isBump: pending.kind != .initProducerId(bumping: .none))
            settle(pending.outcome, nil)
        case .transactionalIdAuthorizationFailed, .clusterAuthorizationFailed:
            let error = ClientError(code: answer.errorCode)
            settle(pending.outcome, error)
            fail(uninitialized: error)
        default: refused(answer.errorCode, pending, now, "Unexpected error in InitProducerIdResponse; ")
        }
    }

    private mutating func partitionsAnswered(_ answer: AddPartitionsToTxnResponse, _ pending: Pending, _ now: Int64) {
        var answers: [(partition: TopicPartition, code: ErrorCode)] = []
        for topic in answer.resultsByTopicV3AndBelow {
            for field in topic.resultsByPartition { answers.append((TopicPartition(topic.name, field.partitionIndex), field.partitionErrorCode)) }
        }
        var forbidden: Set<String> = []
        var failed: [String] = []
        for (partition, code) in answers {
            switch code {
            case .none: continue
            case .topicAuthorizationFailed: forbidden.insert(partition.topic)
            case .concurrentTransactions:
                return retry(pending, now + (partitions.isEmpty ? min(Self.concurrentRetryMs, retryBackoffMs) : retryBackoffMs))
            case .operationNotAttempted: failed.append("\(partition)=\(code.name)")
            case .unknownTopicOrPartition where state == .aborting:
                // Nothing will be written there any more. (Kafka's producer asks on, and cannot abort, until somebody makes the topic.)
                pendingPartitions.subtract(answers.map(\.partition))
                return settle(pending.outcome, nil)
            default:
                if Self.decidesAlone(code) { return refused(code, pending, now, "") }
                failed.append("\(partition)=\(code.name)")
            }
        }
        pendingPartitions.subtract(answers.map(\.partition))
        if !forbidden.isEmpty {
            let topics = forbidden.sorted().joined(separator: ", ")
            fail(abortably: ClientError(code: .topicAuthorizationFailed, message: "Not authorized to access topics: [\(topics)]"), pending)
        } else if !failed.isEmpty {
            fail(abortably: .unexpected("Could not add partitions to transaction due to errors: {\(failed.joined(separator: ", "))}"), pending)
        } else {
            partitions.formUnion(answers.map(\.partition))
            hasStarted = true
            settle(pending.outcome, nil)
        }
    }

    /// Whether a partition's code is about the transaction, not the partition.
    private static func decidesAlone(_ code: ErrorCode) -> Bool {
        let codes: [ErrorCode] = [
            .invalidProducerEpoch, .producerFenced, .transactionalIdAuthorizationFailed, .invalidTxnState, .invalidProducerIdMapping, .unknownProducerId,
            .transactionAbortable,
        ]
        return code.isRetriable || codes.contains(code)
    }

    private mutating func offsetsAdded(_ answer: AddOffsetsToTxnResponse, _ pending: Pending, _ now: Int64) {
        guard case .addOffsets(let offsets, let group) = pending.kind else { return }
        switch answer.errorCode {
        case .none:
            hasStarted = true
            // After an error only an abort is left to do.
            if state.isError { return settle(pending.outcome, lastError) }
            enqueueOffsets(offsets, group, pending.outcome)
        case .groupAuthorizationFailed: fail(abortably: .groupRefused(group.groupId), pending)
        default: refused(answer.errorCode, pending, now, "Unexpected error in AddOffsetsToTxnResponse: ")
        }
    }

    private mutating func offsetsAnswered(_ answer: TxnOffsetCommitResponse, _ pending: Pending, _ now: Int64) {
        guard case .commitOffsets(_, let group, _) = pending.kind else { return }
        for topic in answer.topics {
            for field in topic.partitions {
                let code = field.errorCode
                switch code {
                case .none:
                    pendingOffsets[TopicPartition(topic.name, field.partitionIndex)] = nil
                    continue
                case .coordinatorNotAvailable, .notCoordinator, .requestTimedOut:
                    act(.forgetCoordinator(.groupCoordinator(group.groupId)))
                    continue
                case _ where code.isRetriable: continue
                case .groupAuthorizationFailed: fail(abortably: .groupRefused(group.groupId), pending)
                case .fencedInstanceId, .transactionAbortable: fail(abortably: ClientError(code: code), pending)
                case .unknownMemberId, .illegalGeneration: fail(abortably: .offsetsRefused(code), pending)
                case .invalidProducerEpoch, .producerFenced: fail(fatally: ClientError(code: .producerFenced), pending)
                case .transactionalIdAuthorizationFailed, .unsupportedForMessageFormat: fail(fatally: ClientError(code: code), pending)
                default: fail(fatally: .unexpected("Unexpected error in TxnOffsetCommitResponse: \(code.message)", code), pending)
                }
                pendingOffsets = [:]
                return
            }
        }
        if pendingOffsets.isEmpty { settle(pending.outcome, nil) } else { retry(pending, now + retryBackoffMs) }
    }

    private mutating func endAnswered(_ answer: EndTxnResponse, _ pending: Pending, _ now: Int64) {
        guard case .end(let commits, _) = pending.kind else { return }
        switch answer.errorCode {
        case .none:
            // From version 5 on: the identity for the next transaction.
            if answer.producerId != -1 { adopt(ProducerIdentity(id: answer.producerId, epoch: answer.producerEpoch)) }
            reset(pending.outcome)
        case .transactionAbortable where !commits:
            // To abort again would come to the same.
            let reason = answer.errorCode.message
            let error = ClientError(
                .broker, code: answer.errorCode, exceptionClass: ClientError.kafkaException, message: "Failed to abort transaction", reason: reason)
            fail(fatally: error, pending)
        default: refused(answer.errorCode, pending, now, "Unhandled error in EndTxnResponse: ")
        }
    }

    /// What all answers of the transaction's coordinator have in common.
    /// - Parameter prefix: of the message about an error that has no meaning here.
    private mutating func refused(_ code: ErrorCode, _ pending: Pending, _ now: Int64, _ prefix: String) {
        switch code {
        case .notCoordinator, .coordinatorNotAvailable:
            act(.forgetCoordinator(.transactionCoordinator(id)))
            retry(pending, now + retryBackoffMs)
        case _ where code.isRetriable: retry(pending, now + retryBackoffMs)
        case .invalidProducerEpoch, .producerFenced: fail(fatally: ClientError(code: .producerFenced), pending)
        case .transactionAbortable: fail(abortably: ClientError(code: code), pending)
        case .unknownProducerId where !isInitializing(pending):
            guard survivesErrors else { return fail(fatally: ClientError(code: code), pending) }
            if bumpsByClient { mustBumpEpoch = true }
            fail(abortably: ClientError(code: code), pending)
        case .transactionalIdAuthorizationFailed, .invalidTxnState, .invalidProducerIdMapping:
            fail(fatally: isInitializing(pending) ? .unexpected(prefix + code.message, code) : ClientError(code: code), pending)
        default: fail(fatally: .unexpected(prefix + code.message, code), pending)
        }
    }

    private func isInitializing(_ pending: Pending) -> Bool { if case .initProducerId = pending.kind { true } else { false } }

    private mutating func unanswered(_ error: ClientError, _ pending: Pending, _ now: Int64) {
        switch error.kind {
        case .timeout, .disconnected:
            act(.forgetCoordinator(coordinator(of: pending)))
            retry(pending, now + retryBackoffMs)
        case .unreachable, .configuration:
            // It is tried on, as after a timeout, but who waits learns at once that no broker is there.
            let told = waiters.filter { $0.outcome == pending.outcome }
            waiters.removeAll { $0.outcome == pending.outcome }
            for waiter in told { act(.end(waiter.call, error)) }
            retry(pending, now + max(retryBackoffMs, 1))
        case .broker: coordinatorNotFound(error, pending, now)
        case .authentication, .unsupportedVersion, .malformed, .interrupted, .closed, .illegalState: fail(fatally: error, pending)
        }
    }

    private func coordinator(of pending: Pending) -> Target {
        if case .commitOffsets(_, let group, _) = pending.kind { return .groupCoordinator(group.groupId) }
        return .transactionCoordinator(id)
    }

    private mutating func coordinatorNotFound(_ error: ClientError, _ pending: Pending, _ now: Int64) {
        guard let code = error.code, !error.isRetriable else { return retry(pending, now + retryBackoffMs) }
        switch (code, coordinator(of: pending)) {
        case (.transactionalIdAuthorizationFailed, _): fail(fatally: ClientError(code: code), pending)
        case (.groupAuthorizationFailed, .groupCoordinator(let group)): fail(abortably: .groupRefused(group), pending)
        case (.transactionAbortable, _): fail(abortably: ClientError(code: code), pending)
        case (_, let target):
            let (type, key) = if case .groupCoordinator(let group) = target { ("GROUP", group) } else { ("TRANSACTION", id) }
            fail(
                fatally: .unexpected(
                    "Could not find a coordinator with type \(type) with key \(key) due to unexpected error: \(error.message)", code), pending)
        }
    }

    // MARK: Consequences

    private mutating func retry(_ pending: Pending, _ at: Int64) {
        // In an error state nothing but an abort is sent, and that comes with a request of its own.
        if state.isError { return settle(pending.outcome, lastError) }
        var pending = pending
        pending.notBefore = at
        enqueue(pending)
    }

    private mutating func fail(abortably error: ClientError, _ pending: Pending) {
        settle(pending.outcome, error)
        fail(abortably: error)
    }

    private mutating func fail(fatally error: ClientError, _ pending: Pending) {
        settle(pending.outcome, error)
        fail(fatally: error)
    }
}
