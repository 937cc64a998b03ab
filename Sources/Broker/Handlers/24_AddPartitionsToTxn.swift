import Coordination
import KafkaProtocol
import Security
import Synchronization
import Vocabulary

// AddPartitionsToTxn, versions 0 to 5. 0 to 3 come from clients: one transaction, 2: PRODUCER_FENCED, 3: flexible. 4 and 5 come from brokers: several
// transactions, each to be added to or only to be verified (KIP-890). One partition that cannot be added keeps all of its transaction out.

private typealias Transaction = AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction
private typealias Result = AddPartitionsToTxnResponse.AddPartitionsToTxnResult

func handleAddPartitionsToTxn(_ broker: Broker, _ request: AddPartitionsToTxnRequest, _ context: RequestContext) {
    let isFromClient = context.version < 4
    guard isFromClient || context.allows(.clusterAction, .cluster) else { return context.refuse(request, .clusterAuthorizationFailed) }
    let transactions = isFromClient ? [transaction(request)] : request.transactions
    let pending = PendingResults(transactions.count) { results in
        var response = AddPartitionsToTxnResponse()
        if isFromClient { response.resultsByTopicV3AndBelow = results[0].topicResults } else { response.resultsByTransaction = results }
        context.reply(response)
    }
    for (index, transaction) in transactions.enumerated() {
        add(transaction, isFromClient: isFromClient, broker, context) { pending.set(index, $0) }
    }
    pending.started()
}

private func transaction(_ request: AddPartitionsToTxnRequest) -> Transaction {
    var transaction = Transaction()
    transaction.transactionalId = request.v3AndBelowTransactionalId
    transaction.producerId = request.v3AndBelowProducerId
    transaction.producerEpoch = request.v3AndBelowProducerEpoch
    transaction.topics = request.v3AndBelowTopics
    return transaction
}

private func add(
    _ transaction: Transaction, isFromClient: Bool, _ broker: Broker, _ context: RequestContext, then: @escaping @Sendable (Result) -> Void
) {
    let id = transaction.transactionalId
    guard !isFromClient || context.allows(.write, .transactionalId(id)) else {
        return then(result(transaction) { _ in .transactionalIdAuthorizationFailed })
    }
    let image = broker.metadata.image
    var partitions: Set<TopicPartition> = []
    var problems: [TopicPartition: ErrorCode] = [:]
    for topic in transaction.topics {
        let isAllowed = !isFromClient || (!TopicName.isInternal(topic.name) && context.allows(.write, .topic(topic.name)))
        for index in topic.partitions {
            let partition = TopicPartition(topic.name, index)
            partitions.insert(partition)
            if !isAllowed {
                problems[partition] = .topicAuthorizationFailed
            } else if image.partition(topic.name, index) == nil {
                problems[partition] = .unknownTopicOrPartition
            }
        }
    }
    if !problems.isEmpty {
        let refused = problems
        return then(result(transaction) { refused[$0] ?? .operationNotAttempted })
    }
    let producer = TransactionalProducer(id, producerId: transaction.producerId, epoch: transaction.producerEpoch)
    let answered: TransactionCoordinatorService.Completion = { reply in
        if case .partitions(let errors) = reply { return then(result(transaction) { errors[$0] ?? .unknownServerError }) }
        let error = fencedAs(reply.failure, from: 2, context)
        then(result(transaction) { _ in error })
    }
    if transaction.verifyOnly {
        broker.transactions.verify(producer, partitions, now: context.now, then: answered)
    } else {
        broker.transactions.addPartitions(producer, partitions, clientVersion: isFromClient ? 0 : 2, now: context.now, then: answered)
    }
}

private func result(_ transaction: Transaction, _ error: (TopicPartition) -> ErrorCode) -> Result {
    var result = Result()
    result.transactionalId = transaction.transactionalId
    result.topicResults = transaction.topics.map { asked in
        var topic = AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult()
        topic.name = asked.name
        topic.resultsByPartition = asked.partitions.map { index in
            var row = AddPartitionsToTxnResponse.AddPartitionsToTxnPartitionResult()
            row.partitionIndex = index
            row.partitionErrorCode = error(TopicPartition(asked.name, index))
            return row
        }
        return topic
    }
    return result
}

/// The results of several transactions, told together once the last is there.
private final class PendingResults: Sendable {
    private let state: Mutex<(results: [Result], outstanding: Int)>
    private let then: @Sendable ([Result]) -> Void

    init(_ count: Int, then: @escaping @Sendable ([Result]) -> Void) {
        // One more until the handler has started them all.
        state = Mutex((Array(repeating: Result(), count: count), count + 1))
        self.then = then
    }

    func set(_ index: Int, _ result: Result) {
        state.withLock { $0.results[index] = result }
        started()
    }

    func started() {
        let done: [Result]? = state.withLock { state in
            state.outstanding -= 1
            return state.outstanding == 0 ? state.results : nil
        }
        if let done { then(done) }
    }
}
