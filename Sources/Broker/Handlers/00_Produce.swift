import Coordination
import KafkaProtocol
import LogStorage
import Security
import Synchronization
import Vocabulary

// Produce, versions 3 to 13. 3: transactional id. 5: log start offset. 7: zstd. 8: record errors and message. 9: flexible. 10: current leader.
// 12: implicit add-partitions-to-transaction (KIP-890). 13: topic ids. acks=all answers once the records are durable (see CommitQueue).

func handleProduce(_ broker: Broker, _ request: ProduceRequest, _ context: RequestContext) {
    let table = broker.partitions.snapshot
    guard [-1, 0, 1].contains(request.acks) else { return context.refuse(request, .invalidRequiredAcks) }
    if let id = request.transactionalId, !context.allows(.write, .transactionalId(id)) {
        return context.refuse(request, .transactionalIdAuthorizationFailed)
    }
    guard request.transactionalId == nil else { return context.refuse(request, .unsupportedForMessageFormat) }
    let produce = PendingProduce(request, context)
    var waits: [(partition: Partition, info: AppendInfo, topic: Int, index: Int)] = []
    for (topicIndex, topic) in request.topicData.enumerated() {
        let name = topic.topicId == .zero ? topic.name : table.names[topic.topicId]
        let isAllowed = name.map { context.allows(.write, .topic($0)) } ?? true
        for (index, data) in topic.partitionData.enumerated() {
            guard isAllowed else {
                produce.fail(topicIndex, index, AppendError(.topicAuthorizationFailed, ""))
                continue
            }
            guard let name, let partition = table.partition(name, data.index) else {
                let isUnknownId = name == nil && topic.topicId != .zero
                produce.fail(topicIndex, index, isUnknownId ? AppendError(.unknownTopicId, "") : broker.metadata.whyMissing(name, data.index))
                continue
            }
            let records = data.records?.bytes ?? .empty
            // The broker keeps its own state there. Kafka's tools that repair it say who they are.
            if TopicName.isInternal(name), context.clientId != adminClientId {
                produce.fail(topicIndex, index, AppendError(.invalidTopicException, "The topic \(name) is written by the broker alone"))
                continue
            }
            if let refusal = refusal(of: records, context.version) {
                produce.fail(topicIndex, index, refusal)
                continue
            }
            do {
                let info = try partition.append(records, now: context.now, origin: .client, requiresInSync: request.acks == -1)
                produce.succeed(topicIndex, index, info)
                if request.acks == -1 { waits.append((partition, info, topicIndex, index)) }
            } catch {
                produce.fail(topicIndex, index, error, logStartOffset: knowsLog(error.code) ? partition.log.logStartOffset : -1)
            }
        }
    }
    produce.expect(waits.count)
    for wait in waits {
        broker.commits.commit(wait.partition, upTo: wait.info.endOffset) { code in
            if code != .none { produce.fail(wait.topic, wait.index, AppendError(code, "the log could not be synced")) }
            produce.arrived()
        }
    }
    produce.finish()
}

/// What is wrong with records whatever log they are for: a request brings one batch of the current format a partition.
private func refusal(of records: Bytes, _ version: Int16) -> AppendError? {
    var batches = RecordBatches(records).makeIterator()
    guard let batch = batches.next() else {
        switch batches.failure {
        case nil, .truncated: return AppendError(.invalidRecord, "no record batch")
        case .legacyMagic: return AppendError(.invalidRecord, "records of an older format")
        default: return nil
        }
    }
    // Clients of versions before 7 may not know that codec (KIP-110).
    if version < 7, batch.compression == .zstd { return AppendError(.unsupportedCompressionType, "zstd in a version below 7") }
    if batches.next() != nil { return AppendError(.invalidRecord, "more than one record batch") }
    // Nothing would ever end a transaction that no coordinator knows of.
    return batch.isTransactional ? AppendError(.transactionalIdAuthorizationFailed, "A transactional batch without a transactional id") : nil
}

/// Whether the answer to an append that failed tells where the log begins: not when what was sent cannot be any log's, or when the log cannot be used.
private func knowsLog(_ code: ErrorCode) -> Bool {
    ![.messageTooLarge, .recordListTooLarge, .corruptMessage, .kafkaStorageError].contains(code)
}

/// Whether the answer carries the reason in words: where records are named, and where the client's user can learn it nowhere else.
private func tellsReason(_ error: AppendError) -> Bool { !error.recordErrors.isEmpty || error.code == .kafkaStorageError }

private let adminClientId = "__admin_client"

/// A produce request that is answered when its last partition is durable.
private final class PendingProduce: Sendable {
    private struct State {
        var response = ProduceResponse()
        /// Commits still awaited, and one more until the handler has started them all.
        var outstanding = 1
        var firstError: AppendError?
    }

    private let state: Mutex<State>
    private let context: RequestContext
    private let acks: Int16

    init(_ request: ProduceRequest, _ context: RequestContext) {
        self.context = context
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
            state.response.responses[topic].partitionResponses[index].baseOffset = info.firstOffset
            state.response.responses[topic].partitionResponses[index].logAppendTimeMs = info.logAppendTime
            state.response.responses[topic].partitionResponses[index].logStartOffset = info.logStartOffset
        }
    }

    func fail(_ topic: Int, _ index: Int, _ error: AppendError, logStartOffset: Int64 = -1) {
        state.withLock { state in
            var partition = ProduceResponse.TopicProduceResponse.PartitionProduceResponse(
                failed: state.response.responses[topic].partitionResponses[index].index, error.code, message: tellsReason(error) ? error.message : nil)
            partition.logStartOffset = logStartOffset
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

    func expect(_ count: Int) { state.withLock { $0.outstanding += count } }

    func finish() { arrived() }

    func arrived() {
        let done = state.withLock { state -> State? in
            state.outstanding -= 1
            return state.outstanding == 0 ? state : nil
        }
        guard let done else { return }
        if acks == 0 {
            // The client reads no reply; a closed connection is the only way to make it refresh its metadata.
            if let error = done.firstError { context.close("produce with acks=0 failed: \(error)") } else { context.replyNothing() }
        } else {
            context.reply(done.response)
        }
    }
}
