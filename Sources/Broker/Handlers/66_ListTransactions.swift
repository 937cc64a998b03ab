import Coordination
import KafkaProtocol
import Pattern
import Security
import Vocabulary

// ListTransactions, versions 0 to 2 (KIP-664). 1: only those that last longer than so many milliseconds (KIP-994). 2: only those whose ids a pattern
// matches as a whole (KIP-1152). Names of states that there are not are told back.

func handleListTransactions(_ broker: Broker, _ request: ListTransactionsRequest, _ context: RequestContext) {
    var response = ListTransactionsResponse()
    var filter = TransactionShard.Filter()
    filter.producerIds = Set(request.producerIdFilters)
    filter.durationMs = request.durationFilter
    if !request.stateFilters.isEmpty {
        filter.states = Set(request.stateFilters.compactMap(TransactionState.init(name:)))
        var told: Set<String> = []
        response.unknownStateFilters = request.stateFilters.filter { TransactionState(name: $0) == nil && told.insert($0).inserted }
    }
    if let text = request.transactionalIdPattern, !text.isEmpty {
        do {
            filter.pattern = try Pattern(text)
        } catch {
            return context.refuse(request, .invalidRegularExpression)
        }
    }
    var waits: [(Partition, Offset)] = []
    switch broker.transactions.list(filter, now: context.now, &waits) {
    case .failure(let error): return context.refuse(request, error)
    case .success(let found): response.transactionStates = found.filter { context.allows(.describe, .transactionalId($0.transactionalId)) }
    }
    broker.transactions.whenDurable(waits) { [response] error in
        if error == .none { context.reply(response) } else { context.refuse(request, error) }
    }
}
