import KafkaProtocol

/// A producer's id and epoch, as the broker gave it or as it was bumped since.
struct ProducerIdentity: Equatable {
    var id: Int64
    var epoch: Int16

    static let none = ProducerIdentity(id: -1, epoch: -1)
}

// Idempotence: who the producer is to the brokers (KIP-98, KIP-360).
extension Producer {
    /// Asks for a producer id; batches wait for it.
    func askForIdentity(_ now: Int64) {
        guard !isAskingForIdentity, now >= identityRetryAt else { return }
        isAskingForIdentity = true
        var request = InitProducerIdRequest()
        request.transactionalId = nil
        request.transactionTimeoutMs = .max
        let options = RequestOptions(timeoutMs: config.deliveryTimeoutMs, attemptTimeoutMs: config.requestTimeoutMs)
        core.submit(request, to: .any, options: options) { [weak self] result in
            guard let self else { return }
            isAskingForIdentity = false
            identityRetryAt = core.now + Int64(config.retryBackoffMs)
            switch result {
            case .success(let answer) where answer.errorCode == .none:
                outage = nil
                identity = ProducerIdentity(id: answer.producerId, epoch: answer.producerEpoch)
            case .success(let answer):
                if !answer.errorCode.isRetriable { failAll(ClientError(code: answer.errorCode)) }
            case .failure(let error): noteUnanswered(error)
            }
        }
    }

    /// Gives a partition new sequence numbers, under a new epoch if it has used the present one.
    func restart(_ partition: ProducerPartition) {
        if transactions == nil, partition.identity == identity {
            // The last epoch of an id is not used up by clients: a new id is asked for instead.
            if identity.epoch >= .max - 1 {
                identity = .none
                return
            }
            identity.epoch += 1
        }
        partition.restart(identity)
    }

    /// Asks any broker anything, to learn early whether one can be reached at all.
    func probe() {
        guard !isProbing, failure == nil, core.now >= nextProbeAt else { return }
        isProbing = true
        var request = MetadataRequest()
        request.topics = []
        core.submit(request, to: .any, options: RequestOptions(timeoutMs: max(config.maxBlockMs, 1))) { [weak self] result in
            guard let self else { return }
            isProbing = false
            switch result {
            case .success: nextProbeAt = core.now + Int64(config.retryBackoffMs)
            case .failure(let error): noteUnanswered(error)
            }
        }
    }

    private func noteUnanswered(_ error: ClientError) {
        if error.isRetriable || error.kind == .closed { outage = error } else { failAll(error) }
    }
}
