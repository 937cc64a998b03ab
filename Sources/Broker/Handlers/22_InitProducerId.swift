import KafkaProtocol
import Synchronization

// InitProducerId, versions 0 to 5 (2: flexible, 3: producer id and epoch to bump; 6, of two-phase commit, Kafka does not serve either). Serves
// idempotent producers; a transactional id is refused, because transactions are not served yet (COMPATIBILITY.md).

func handleInitProducerId(_ broker: Broker, _ request: InitProducerIdRequest, _ context: RequestContext) {
    if let id = request.transactionalId { return context.refuse(request, id.isEmpty ? .invalidRequest : .unsupportedVersion) }
    // An idempotent producer always gets an id of its own, whatever it had; but half of what it had makes no sense.
    guard (request.producerId == -1) == (request.producerEpoch == -1) else { return context.refuse(request, .invalidRequest) }
    do {
        var response = InitProducerIdResponse()
        response.producerId = try broker.producerIds.next(now: context.now)
        response.producerEpoch = 0
        context.reply(response)
    } catch {
        context.refuse(request, error)
    }
}

/// Hands out producer ids from blocks that the controller grants, so that no id is ever given twice, restarts included.
final class ProducerIdAllocator: Sendable {
    private struct State {
        var next: Int64 = 0
        var end: Int64 = 0
    }

    private let metadata: MetadataService
    private let state = Mutex(State())

    init(metadata: MetadataService) { self.metadata = metadata }

    func next(now: Int64) throws(ErrorCode) -> Int64 {
        try state.withLock { (state) throws(ErrorCode) in
            if state.next == state.end {
                let block = try metadata.allocateProducerIds(now: now)
                state.next = block.lowerBound
                state.end = block.upperBound
            }
            defer { state.next += 1 }
            return state.next
        }
    }
}
