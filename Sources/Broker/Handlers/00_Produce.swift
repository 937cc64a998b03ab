import Coordination
import KafkaProtocol
import LogStorage
import Security
import Synchronization
import Vocabulary

// Produce, versions 3 to 13. 3: transactional id. 5: log start offset. 7: zstd. 8: record errors and message. 9: flexible. 10: current leader.
// 12: implicit add-partitions-to-transaction (KIP-890). 13: topic ids. acks=all answers once the records are durable (see CommitQueue).

func handleProduce(_ broker: Broker, _ request: ProduceRequest, _ context: RequestContext) {
    guard [-1, 0, 1].contains(request.acks) else { return context.refuse(request, .invalidRequiredAcks) }
    let produce = PendingProduce(request, context, broker)
    let table = broker.partitions.snapshot
    var writes: [ProduceWrite] = []
    var producer: TransactionalProducer?
    for (topicIndex, topic) in request.topicData.enumerated() {
        let name = topic.topicId == .zero ? topic.name : broker.topicName(topic.topicId, table)
        let isAllowed = name.map { context.allows(.write, .topic($0)) } ?? true
        for (index, data) in topic.partitionData.enumerated() {
            let records = data.records?.bytes ?? .empty
            let batch = firstBatch(records)
            // Asked before anything is appended: without the right to the transaction nothing of the request counts.
            if case .success(let batch) = batch, batch.isTransactional {
                guard let id = request.transactionalId, context.allows(.write, .transactionalId(id)) else {
                    return context.refuse(request, .transactionalIdAuthorizationFailed)
                }
                let found = TransactionalProducer(id, producerId: batch.producerId, epoch: batch.producerEpoch)
                guard producer == nil || producer == found else { return context.refuse(request, .invalidProducerIdMapping) }
                producer = found
            }
            guard isAllowed else {
                produce.fail(topicIndex, index, AppendError(.topicAuthorizationFailed, ""))
                continue
            }
            guard let name, let partition = table.partition(name, data.index) else {
                let isUnknownId = name == nil && topic.topicId != .zero
                produce.fail(topicIndex, index, isUnknownId ? AppendError(.unknownTopicId, "") : broker.metadata.whyMissing(name, data.index))
                continue
            }
            // The broker keeps its own state there. Kafka's tools that repair it say who they are.
            if TopicName.isInternal(name), context.clientId != adminClientId {
                produce.fail(topicIndex, index, AppendError(.invalidTopicException, "The topic \(name) is written by the broker alone"))
                continue
            }
            if let refusal = refusal(of: batch, records, context.version) {
                produce.fail(topicIndex, index, refusal)
                continue
            }
            writes.append(ProduceWrite(partition: partition, records: records, sequence: sequence(batch), topic: topicIndex, index: index))
        }
    }
    guard let producer else { return append(writes, broker, produce, context, requiresInSync: request.acks == -1) }
    verify(writes, producer, broker, produce, context) { append($0, broker, produce, context, requiresInSync: request.acks == -1) }
}

/// One partition's records, on their way into its log.
private struct ProduceWrite: Sendable {
    let partition: Partition
    let records: Bytes
    /// Of a transaction's batch; nil for others.
    let sequence: Int32?
    /// The place in the request.
    let topic: Int
    let index: Int
    var terms = TransactionTerms.unchecked
}

private func append(_ writes: [ProduceWrite], _ broker: Broker, _ produce: PendingProduce, _ context: RequestContext, requiresInSync: Bool) {
    var waits: [(write: ProduceWrite, endOffset: Offset)] = []
    for write in writes {
        do {
            let info = try write.partition.append(
                write.records, now: context.now, origin: .client, requiresInSync: requiresInSync, transaction: write.terms)
            produce.succeed(write.topic, write.index, info)
            if requiresInSync { waits.append((write, info.endOffset)) }
        } catch {
            produce.fail(write.topic, write.index, error, logStartOffset: knowsLog(error.code) ? write.partition.log.logStartOffset : .undefined)
        }
    }
    produce.expect(waits.count, of: waits.map(\.write.partition).filter(\.hasOthers))
    for wait in waits {
        broker.commits.commit(wait.write.partition, upTo: wait.endOffset, deadline: produce.deadline, needsEnough: true) { code in
            if code != .none { produce.fail(wait.write.topic, wait.write.index, AppendError(code, "the log could not be synced")) }
            produce.arrived()
        }
    }
    produce.finish()
}

/// Asks the transaction's coordinator about the partitions that it may not know of yet; `then` gets the writes that may go on.
private func verify(
    _ writes: [ProduceWrite], _ producer: TransactionalProducer, _ broker: Broker, _ produce: PendingProduce, _ context: RequestContext,
    then: @escaping @Sendable ([ProduceWrite]) -> Void
) {
    let manner = TransactionVerifier.Manner.produce(version: context.version)
    let transactional = writes.enumerated().filter { $0.element.sequence != nil }
    let asked = transactional.map { TransactionVerifier.Write(partition: $0.element.partition, sequence: $0.element.sequence ?? -1) }
    let places = transactional.map(\.offset)
    broker.transactionVerifier.verify(producer, asked, manner, now: context.now) { verdicts in
        var admitted = writes
        var refused: Set<Int> = []
        for (place, verdict) in zip(places, verdicts) {
            switch verdict {
            case .success(let terms): admitted[place].terms = terms
            case .failure(let error):
                refused.insert(place)
                let (code, message) = unverified(error.code, manner)
                produce.fail(writes[place].topic, writes[place].index, AppendError(code, message ?? ""), tellsReason: message != nil)
            }
        }
        then(refused.isEmpty ? admitted : admitted.enumerated().filter { !refused.contains($0.offset) }.map(\.element))
    }
}

/// What is told of records that were kept out of their log. Older clients do not try again after a coordinator's errors, but after NOT_ENOUGH_REPLICAS; the
/// texts are Kafka's.
private func unverified(_ code: ErrorCode, _ manner: TransactionVerifier.Manner) -> (code: ErrorCode, message: String?) {
    switch code {
    case .invalidTxnState: return (code, "Partition was not added to the transaction")
    case .networkException, .coordinatorLoadInProgress, .coordinatorNotAvailable, .notCoordinator: break
    case .concurrentTransactions where !manner.adds: break
    default: return (code, nil)
    }
    return (.notEnoughReplicas, "Unable to verify the partition has been added to the transaction. Underlying error: \(code.name)")
}

private func firstBatch(_ records: Bytes) -> Result<RecordBatch, RecordBatchError> {
    var batches = RecordBatches(records).makeIterator()
    if let batch = batches.next() { return .success(batch) }
    return .failure(batches.failure ?? .truncated)
}

private func sequence(_ batch: Result<RecordBatch, RecordBatchError>) -> Int32? {
    if case .success(let batch) = batch, batch.isTransactional { batch.baseSequence } else { nil }
}

/// What is wrong with records whatever log they are for: a request brings one batch of the current format a partition.
private func refusal(of batch: Result<RecordBatch, RecordBatchError>, _ records: Bytes, _ version: Int16) -> AppendError? {
    switch batch {
    case .failure(.truncated): AppendError(.invalidRecord, "no record batch")
    case .failure(.legacyMagic): AppendError(.invalidRecord, "records of an older format")
    case .failure: nil
    case .success(let batch):
        // Clients of versions before 7 may not know that codec (KIP-110).
        if version < 7, batch.compression == .zstd {
            AppendError(.unsupportedCompressionType, "zstd in a version below 7")
        } else if batch.bytes.count < records.count {
            several(records)
        } else {
            nil
        }
    }
}

private func several(_ records: Bytes) -> AppendError? {
    var batches = RecordBatches(records).makeIterator()
    _ = batches.next()
    return batches.next() == nil ? nil : AppendError(.invalidRecord, "more than one record batch")
}

/// Whether the answer to an append that failed tells where the log begins: not when what was sent cannot be any log's, or when the log cannot be used.
private func knowsLog(_ code: ErrorCode) -> Bool {
    ![.messageTooLarge, .recordListTooLarge, .corruptMessage, .kafkaStorageError].contains(code)
}

/// Whether the answer carries the reason in words: where records are named, and where the client's user can learn it nowhere else.
private func isTold(_ error: AppendError) -> Bool { !error.recordErrors.isEmpty || error.code == .kafkaStorageError }

private let adminClientId = "__admin_client"

/// A produce request that is answered when its last partition is durable.
private final class PendingProduce: Sendable {
    private struct State {
        var response = ProduceResponse()
        /// Commits still awaited, and one more until the handler has started them all.
        var outstanding = 1
        var firstError: AppendError?
        /// Ends the wait for other replicas.
        var timer: UInt64?
    }

    private let state: Mutex<State>
    private let context: RequestContext
    private let broker: Broker
    private let acks: Int16
    /// Until when the other replicas are waited for (ms).
    let deadline: Int64

    init(_ request: ProduceRequest, _ context: RequestContext, _ broker: Broker) {
        self.context = context
        self.broker = broker
        deadline = context.now + Int64(max(0, request.timeoutMs))
        acks = request.acks
        var state = State()
        state.response.responses = request.topicData.map { topic in
            var answer = ProduceResponse.TopicProduceResponse()
            answer.name = topic.name
            answer.topicId = topic.topicId
            answer.partitionResponses = topic.partitionData.map { data in
                var partition = ProduceResponse.TopicProduceResponse.PartitionProduceResponse()
                partition.index = data.index
                return partition
            }
            return answer
        }
        self.state = Mutex(state)
    }

    func succeed(_ topic: Int, _ index: Int, _ info: AppendInfo) {
        state.withLock { state in
            state.response.responses[topic].partitionResponses[index].baseOffset = info.firstOffset.value
            state.response.responses[topic].partitionResponses[index].logAppendTimeMs = info.logAppendTime
            state.response.responses[topic].partitionResponses[index].logStartOffset = info.logStartOffset.value
        }
    }

    func fail(_ topic: Int, _ index: Int, _ error: AppendError, logStartOffset: Offset = .undefined, tellsReason: Bool? = nil) {
        state.withLock { state in
            var partition = ProduceResponse.TopicProduceResponse.PartitionProduceResponse(
                failed: state.response.responses[topic].partitionResponses[index].index, error.code, message: tellsReason ?? isTold(error) ? error.message : nil
            )
            partition.logStartOffset = logStartOffset.value
            partition.recordErrors = error.recordErrors.map { record in
                var row = ProduceResponse.TopicProduceResponse.PartitionProduceResponse.BatchIndexAndErrorMessage()
                row.batchIndex = record.batchIndex
                row.batchIndexErrorMessage = record.message
                return row
            }
            state.response.responses[topic].partitionResponses[index] = partition
            if state.firstError == nil { state.firstError = error }
        }
    }

    /// - Parameter replicated: partitions whose other replicas are waited for
    func expect(_ count: Int, of replicated: [Partition]) {
        state.withLock { state in
            state.outstanding += count
            guard !replicated.isEmpty else { return }
            state.timer = broker.timers.schedule(at: deadline) { now in for partition in replicated { partition.expireWaiting(now: now) } }
        }
    }

    func finish() { arrived() }

    func arrived() {
        let done = state.withLock { state -> State? in
            state.outstanding -= 1
            return state.outstanding == 0 ? state : nil
        }
        guard let done else { return }
        if let timer = done.timer { broker.timers.cancel(timer) }
        if acks == 0 {
            // The client reads no reply; a closed connection is the only way to make it refresh its metadata.
            if let error = done.firstError { context.close("produce with acks=0 failed: \(error)") } else { context.replyNothing() }
        } else {
            var response = done.response
            if context.version >= 10, done.firstError != nil { response.add(LeaderHints(broker: broker, listener: context.listener)) }
            context.reply(response)
        }
    }
}
