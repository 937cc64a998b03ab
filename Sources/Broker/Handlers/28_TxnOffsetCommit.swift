import Coordination
import KafkaProtocol
import Security
import Vocabulary

// TxnOffsetCommit, versions 0 to 5. 2: leader epochs. 3: flexible, member and generation (KIP-447). 4: TRANSACTION_ABORTABLE. 5: the offsets' partition becomes
// part of the transaction by the commit itself (KIP-890). What is committed counts once the transaction is committed.

private typealias Topic = TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic
private typealias Answer = TxnOffsetCommitResponse.TxnOffsetCommitResponseTopic

func handleTxnOffsetCommit(_ broker: Broker, _ request: TxnOffsetCommitRequest, _ context: RequestContext) {
    guard context.allows(.write, .transactionalId(request.transactionalId)) else { return context.refuse(request, .transactionalIdAuthorizationFailed) }
    guard context.allows(.read, .group(request.groupId)) else { return context.refuse(request, .groupAuthorizationFailed) }
    let image = broker.metadata.image
    var known = request
    known.topics = []
    var refused: [Answer] = []
    for var topic in request.topics {
        let name = topic.name
        let isAllowed = context.allows(.read, .topic(name))
        let isMissing = { (row: Topic.TxnOffsetCommitRequestPartition) in !isAllowed || image.partition(name, row.partitionIndex) == nil }
        let missing = topic.partitions.filter(isMissing)
        if !missing.isEmpty { refused.append(answer(name, missing, isAllowed ? .unknownTopicOrPartition : .topicAuthorizationFailed)) }
        topic.partitions.removeAll(where: isMissing)
        if !topic.partitions.isEmpty { known.topics.append(topic) }
    }
    let (asked, rows) = (known, refused)
    @Sendable func reply(_ answers: [Answer]) {
        var response = TxnOffsetCommitResponse()
        // Each topic once: what is refused without the coordinator comes first.
        response.topics = rows.isEmpty ? answers : oneRowEach(rows + answers, by: { $0.name }, \.partitions)
        context.reply(response)
    }
    @Sendable func fail(_ error: ErrorCode) {
        // Clients of the first versions do not know that it may take a moment (KAFKA-7296).
        let error = error == .coordinatorLoadInProgress && context.version < 2 ? .coordinatorNotAvailable : error
        reply(asked.failure(error, version: context.version)?.topics ?? [])
    }
    if asked.topics.isEmpty { return reply([]) }
    if asked.groupId.isEmpty { return fail(.invalidGroupId) }
    admit(asked, broker, context) { admitted in
        switch admitted {
        case .failure(let error): fail(error.afterFailedAppend)
        case .success(let transaction):
            broker.groups.submit(asked.groupId, now: context.now, in: transaction) { shard, token in
                shard.commitOffsets(asked, token: token, context: .init(context), now: context.now)
            } then: { answered in
                if case .txnOffsetCommit(let response) = answered { reply(response.topics) } else { fail(answered.failure.code) }
            }
        }
    }
}

/// Sees to it that the transaction's coordinator knows of the group's partition.
private func admit(
    _ request: TxnOffsetCommitRequest, _ broker: Broker, _ context: RequestContext, then: @escaping @Sendable (Result<ShardLog.Transaction, ErrorCode>) -> Void
) {
    let name = broker.groups.partition(of: request.groupId)
    guard let partition = broker.partitions.snapshot.partition(name.topic, name.partition) else { return then(.failure(.notCoordinator)) }
    let producer = TransactionalProducer(request.transactionalId, producerId: request.producerId, epoch: request.producerEpoch)
    let write = TransactionVerifier.Write(partition: partition, sequence: -1)
    broker.transactionVerifier.verify(producer, [write], .offsetCommit(version: context.version), now: context.now) { verdicts in
        then(
            verdicts[0].mapError(\.code).map { terms in
                ShardLog.Transaction(producerId: request.producerId, producerEpoch: request.producerEpoch, terms: terms)
            })
    }
}

private func answer(_ name: String, _ partitions: [Topic.TxnOffsetCommitRequestPartition], _ error: ErrorCode) -> Answer {
    var answer = Answer()
    answer.name = name
    answer.partitions = partitions.map { partition in
        var row = Answer.TxnOffsetCommitResponsePartition()
        row.partitionIndex = partition.partitionIndex
        row.errorCode = error
        return row
    }
    return answer
}
