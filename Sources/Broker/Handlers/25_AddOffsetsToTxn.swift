import Coordination
import KafkaProtocol
import Security

// AddOffsetsToTxn, versions 0 to 4 (2: PRODUCER_FENCED, 3: flexible): the group's partition of `__consumer_offsets` becomes part of the transaction. Clients of
// `transaction.version` 2 do without it.

func handleAddOffsetsToTxn(_ broker: Broker, _ request: AddOffsetsToTxnRequest, _ context: RequestContext) {
    guard context.allows(.write, .transactionalId(request.transactionalId)) else { return context.refuse(request, .transactionalIdAuthorizationFailed) }
    guard context.allows(.read, .group(request.groupId)) else { return context.refuse(request, .groupAuthorizationFailed) }
    let producer = TransactionalProducer(request.transactionalId, producerId: request.producerId, epoch: request.producerEpoch)
    let partition = broker.groups.partition(of: request.groupId)
    broker.transactions.addPartitions(producer, [partition], clientVersion: 0, now: context.now) { reply in
        guard case .partitions = reply else { return context.refuse(request, fencedAs(reply.failure, from: 2, context)) }
        context.reply(AddOffsetsToTxnResponse())
    }
}
