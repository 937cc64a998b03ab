import KafkaProtocol

// Deadlines, and what happens after a failed attempt.
extension ClientCore {
    func mayRetry(_ request: PendingRequest) -> Bool {
        request.retry == .untilDeadline && request.attempts <= config.retries && now < request.deadline
    }

    func retryOrFail(_ request: PendingRequest, after error: ClientError) {
        if mayRetry(request) { retry(request, after: error) } else { finish(request, error) }
    }

    /// Puts a request back to wait for its next attempt.
    func retry(_ request: PendingRequest, after error: ClientError) {
        if request.isCancelled { return }
        request.lastFailure = error
        request.stage = .new
        request.notBefore = min(now + backoff(request.attempts, base: config.retryBackoffMs, limit: config.retryBackoffMaxMs), request.deadline)
        switch error.code {
        case .notCoordinator?, .coordinatorNotAvailable?: forgetCoordinator(request.target)
        case .notLeaderOrFollower?, .leaderNotAvailable?, .fencedLeaderEpoch?, .unknownTopicOrPartition?, .kafkaStorageError?, .notController?,
            .unknownTopicId?, .replicaNotAvailable?, .unknownLeaderEpoch?:
            metadataWanted = true
        default: break
        }
        waiting.append(request)
    }

    /// What the network said last, while no broker was reached.
    private var lastConnectionFailure: String? {
        metadata.updatedAt == nil ? config.bootstrapServers.indices.lazy.compactMap { self.histories[.bootstrap($0)]?.lastReason }.first : nil
    }

    /// Ends requests whose time is over, and connections that do not answer in time.
    func expire() {
        let wasServed = histories.values.contains { $0.hasServed }
        for request in waiting where request.deadline <= now {
            give(up: request, request.timedOut(now: now, cause: lastConnectionFailure, wasServed: wasServed))
        }
        for connection in connections.values {
            if connection.phase != .ready, connection.setupDeadline <= now {
                drop(connection, reason: connection.phase == .connecting ? DisconnectReason.timedOut.text : "no answer to the handshake")
                continue
            }
            for index in connection.inFlight.indices {
                guard let request = connection.inFlight[index].request, request.deadline <= now else { continue }
                connection.inFlight[index].request = nil
                finish(request, request.timedOut(now: now, cause: nil))
            }
            // Answers come in order, so a late one means that the connection is stuck.
            if let oldest = connection.inFlight.first, oldest.deadline <= now { drop(connection, reason: "no answer within the request timeout") }
        }
    }
}

/// A response that tells whether the whole request should be tried again.
protocol RetriableResponse {
    /// The first error that matters for a retry; `.none` when there is none.
    var retryCode: ErrorCode { get }
}
