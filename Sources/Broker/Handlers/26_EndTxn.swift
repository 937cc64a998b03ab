import Coordination
import KafkaProtocol
import Security

// EndTxn, versions 0 to 5. 2: PRODUCER_FENCED. 3: flexible. 4: TRANSACTION_ABORTABLE. 5: every end gives the producer a new epoch (KIP-890).

func handleEndTxn(_ broker: Broker, _ request: EndTxnRequest, _ context: RequestContext) {
    guard context.allows(.write, .transactionalId(request.transactionalId)) else { return context.refuse(request, .transactionalIdAuthorizationFailed) }
    let producer = TransactionalProducer(request.transactionalId, producerId: request.producerId, epoch: request.producerEpoch)
    broker.transactions.end(
        producer, commits: request.committed, clientVersion: context.version >= 5 ? 2 : 0, context.principal, now: context.now
    ) { reply in
        guard case .ended(let id, let epoch) = reply else { return context.refuse(request, fencedAs(reply.failure, from: 2, context)) }
        var response = EndTxnResponse()
        response.producerId = id
        response.producerEpoch = epoch
        context.reply(response)
    }
}
