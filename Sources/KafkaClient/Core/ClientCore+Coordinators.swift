import KafkaProtocol

// Who coordinates which group or transaction.
extension ClientCore {
    /// Forgets who coordinates, so that the next request looks it up again.
    public func forgetCoordinator(_ target: Target) { coordinators[target] = nil }

    /// The coordinator as far as it is known.
    public func knownCoordinator(_ target: Target) -> Int32? { coordinators[target] }

    func forgetCoordinators(on node: Int32) {
        for (target, id) in coordinators where id == node { coordinators[target] = nil }
    }

    private func key(of target: Target) -> (type: Int8, key: String)? {
        switch target {
        case .groupCoordinator(let group): (0, group)
        case .transactionCoordinator(let id): (1, id)
        case .any, .controller, .node, .leader: nil
        }
    }

    /// Asks for the coordinators of these targets (all of one type) that nobody asks for already: in one request where the broker can (KIP-699).
    func lookUpCoordinators(_ targets: [Target]) {
        for type in [Int8(0), 1] {
            var keys: [String] = []
            var asked: [Target] = []
            for target in targets where !coordinatorLookups.contains(target) {
                guard let (itsType, key) = key(of: target), itsType == type, coordinatorLookups.insert(target).inserted else { continue }
                keys.append(key)
                asked.append(target)
            }
            if keys.isEmpty { continue }
            var options = RequestOptions(retry: .no)
            options.call = "findCoordinator"
            submit(
                to: .any, options: options,
                build: { version in
                    var request = FindCoordinatorRequest()
                    request.keyType = type
                    if version >= 4 { request.coordinatorKeys = keys } else { request.key = keys[0] }
                    return request
                }
            ) { [unowned self] (result: Result<FindCoordinatorResponse, ClientError>) in
                for target in asked { coordinatorLookups.remove(target) }
                switch result {
                case .success(let response): coordinatorsFound(response, asked)
                case .failure(let error): for target in asked { coordinatorFailed(target, error) }
                }
            }
        }
    }

    private func coordinatorsFound(_ response: FindCoordinatorResponse, _ asked: [Target]) {
        if response.coordinators.isEmpty {
            // Before version 4 an answer is about one key: the first. The others are asked for next.
            if let target = asked.first {
                found(target, response.errorCode, response.errorMessage, response.nodeId, response.host, Int(response.port))
            }
            return
        }
        for target in asked {
            guard let key = key(of: target)?.key, let answer = response.coordinators.first(where: { $0.key == key }) else { continue }
            found(target, answer.errorCode, answer.errorMessage, answer.nodeId, answer.host, Int(answer.port))
        }
    }

    private func found(_ target: Target, _ code: ErrorCode, _ message: String?, _ node: Int32, _ host: String, _ port: Int) {
        if code != .none {
            return coordinatorFailed(target, ClientError(code: code, message: refusal(target, code) ?? message.flatMap { $0.isEmpty ? nil : $0 }))
        }
        if metadata.brokers[node] == nil { metadata.brokers[node] = ClusterMetadata.Broker(id: node, host: host, port: port) }
        coordinators[target] = node
        lastCoordinators[target] = node
        lookupFailures[target] = nil
    }

    /// What Java's admin client says to a user who may not know the coordinator; its consumers and producers have words of their own.
    private func refusal(_ target: Target, _ code: ErrorCode) -> String? {
        switch (target, code) {
        case (.groupCoordinator(let group), .groupAuthorizationFailed):
            "FindCoordinator request for groupId `CoordinatorKey(idValue='\(group)', type=GROUP)` failed due to authorization failure"
        case (.transactionCoordinator(let id), .transactionalIdAuthorizationFailed):
            "FindCoordinator request for transactionalId `CoordinatorKey(idValue='\(id)', type=TRANSACTION)` failed due to authorization failure"
        default: nil
        }
    }

    private func coordinatorFailed(_ target: Target, _ error: ClientError) {
        lookupFailures[target] = error.kind == .broker ? error.code : nil
        for request in waiting where request.target == target && request.stage == .needsCoordinator {
            request.attemptsToLocate += 1
            request.lastFailure = error
            let isTransient = error.isRetriable && error.kind != .unreachable
            if !isTransient || request.retry == .no {
                give(up: request, error.renamed(request.noNodeMessage))
            } else {
                request.stage = .new
                request.notBefore = now + backoff(request.attemptsToLocate, base: config.retryBackoffMs, limit: config.retryBackoffMaxMs)
            }
        }
    }
}
