import Coordination
import KafkaProtocol
import Security

// InitProducerId, versions 0 to 5 (2: flexible, 3: producer id and epoch to bump, 4: PRODUCER_FENCED; 6, of two-phase commit, Kafka does not serve either).
// A transactional id gets the id and epoch that its coordinator gives it; without one, a producer gets an id that nobody had.

func handleInitProducerId(_ broker: Broker, _ request: InitProducerIdRequest, _ context: RequestContext) {
    if let id = request.transactionalId {
        guard context.allows(.write, .transactionalId(id)), !request.enable2Pc || context.allows(.twoPhaseCommit, .transactionalId(id)) else {
            return context.refuse(request, .transactionalIdAuthorizationFailed)
        }
    } else if !context.allows(.idempotentWrite, .cluster), !context.allowsAny(.write, .topic) {
        return context.refuse(request, .clusterAuthorizationFailed)
    }
    // Half of what a producer had makes no sense.
    guard (request.producerId == -1) == (request.producerEpoch == -1) else { return context.refuse(request, .invalidRequest) }
    if request.transactionalId != nil {
        return broker.transactions.initProducer(request, context.principal, now: context.now) { reply in
            guard case .producer(let id, let epoch) = reply else { return context.refuse(request, fencedAs(reply.failure, from: 4, context)) }
            answer(id, epoch, context)
        }
    }
    // An idempotent producer always gets an id of its own, whatever it had.
    broker.producerIds.next(context.principal) { id in
        switch id {
        case .success(let id): answer(id, 0, context)
        case .failure(let error): context.refuse(request, error)
        }
    }
}

private func answer(_ id: Int64, _ epoch: Int16, _ context: RequestContext) {
    var response = InitProducerIdResponse()
    response.producerId = id
    response.producerEpoch = epoch
    context.reply(response)
}

/// PRODUCER_FENCED as versions below the one that brought it know it.
func fencedAs(_ error: ErrorCode, from version: Int16, _ context: RequestContext) -> ErrorCode {
    error == .producerFenced && context.version < version ? .invalidProducerEpoch : error
}
