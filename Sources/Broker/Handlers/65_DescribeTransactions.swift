import KafkaProtocol
import Security
import Vocabulary

// DescribeTransactions, version 0: where the transactions of some transactional ids stand (KIP-664).

func handleDescribeTransactions(_ broker: Broker, _ request: DescribeTransactionsRequest, _ context: RequestContext) {
    var waits: [(Partition, Offset)] = []
    var response = DescribeTransactionsResponse()
    response.transactionStates = request.transactionalIds.map { id in
        var row = DescribeTransactionsResponse.TransactionState()
        row.transactionalId = id
        guard context.allows(.describe, .transactionalId(id)) else {
            row.errorCode = .transactionalIdAuthorizationFailed
            return row
        }
        switch broker.transactions.describe(id, &waits) {
        case .success(let found): row = found
        case .failure(let error): row.errorCode = id.isEmpty ? .invalidRequest : error
        }
        row.topics.removeAll { !context.allows(.describe, .topic($0.topic)) }
        return row
    }
    broker.transactions.whenDurable(waits) { [response] error in
        if error == .none { context.reply(response) } else { context.refuse(request, error) }
    }
}
