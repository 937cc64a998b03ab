import KafkaProtocol
import Security
import Synchronization

/// Hands out producer ids from blocks that the controller grants, so that no id is ever given twice, restarts included.
final class ProducerIdAllocator: Sendable {
    typealias Completion = @Sendable (Result<Int64, ErrorCode>) -> Void

    private struct State {
        var next: Int64 = 0
        var end: Int64 = 0
        /// Who waits for the next block.
        var waiting: [Completion] = []
    }

    private let metadata: MetadataService
    private let state = Mutex(State())

    init(metadata: MetadataService) { self.metadata = metadata }

    func next(_ principal: Principal, then: @escaping Completion) {
        let (id, asks) = state.withLock { state -> (Int64?, Bool) in
            guard state.next == state.end else {
                defer { state.next += 1 }
                return (state.next, false)
            }
            state.waiting.append(then)
            return (nil, state.waiting.count == 1)
        }
        if let id { return then(.success(id)) }
        if asks { askForBlock(principal) }
    }

    private func askForBlock(_ principal: Principal) {
        var request = AllocateProducerIdsRequest()
        request.brokerId = metadata.settings.nodeId
        request.brokerEpoch = metadata.image.brokers[request.brokerId]?.epoch ?? -1
        metadata.submit(request, principal: principal) { [self] result in
            switch result {
            case .success(let block) where block.errorCode == .none:
                hand(out: block.producerIdStart..<block.producerIdStart + Int64(block.producerIdLen), principal)
            case .success(let block): fail(block.errorCode)
            case .failure(let error): fail(error)
            }
        }
    }

    private func hand(out block: Range<Int64>, _ principal: Principal) {
        let (served, asks) = state.withLock { state -> (ArraySlice<Completion>, Bool) in
            let served = state.waiting.prefix(block.count)
            state.waiting.removeFirst(served.count)
            (state.next, state.end) = (block.lowerBound + Int64(served.count), block.upperBound)
            return (served, !state.waiting.isEmpty)
        }
        for (offset, completion) in served.enumerated() { completion(.success(block.lowerBound + Int64(offset))) }
        if asks { askForBlock(principal) }
    }

    private func fail(_ error: ErrorCode) {
        let refused = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        for completion in refused { completion(.failure(error)) }
    }
}
