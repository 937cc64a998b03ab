import KafkaProtocol
import Vocabulary

/// A transactional id in a listing.
public struct TransactionListing: Hashable, Sendable {
    public let transactionalId: String
    public let producerId: Int64
    public let state: TransactionDescription.State
}

/// Which transactional ids are listed; all parts must hold.
public struct TransactionFilter: Hashable, Sendable {
    /// Empty for all.
    public var states: [TransactionDescription.State] = []
    /// Empty for all.
    public var producerIds: [Int64] = []
    /// Only those whose transaction runs for longer than these milliseconds; negative for all. Needs ListTransactions 1 (KIP-994).
    public var durationMs: Int64 = -1
    /// A regular expression over the whole id (RE2's syntax at Kafka's brokers); nil or empty for all. Needs ListTransactions 2 (KIP-1152).
    public var idPattern: String?

    public init() {}
}

/// What the coordinator knows of a transactional id.
public struct TransactionDescription: Hashable, Sendable {
    /// The state of a transactional id at its coordinator, by Kafka's name.
    public enum State: String, Sendable, CaseIterable {
        case empty = "Empty"
        case ongoing = "Ongoing"
        case prepareCommit = "PrepareCommit"
        case prepareAbort = "PrepareAbort"
        case completeCommit = "CompleteCommit"
        case completeAbort = "CompleteAbort"
        case prepareEpochFence = "PrepareEpochFence"
        /// A name that this version does not know.
        case unknown = "Unknown"

        init(name: String) { self = State(rawValue: name) ?? .unknown }
    }

    /// The broker that answered.
    public let coordinatorId: Int32
    public let state: State
    public let producerId: Int64
    public let producerEpoch: Int16
    public let timeoutMs: Int32
    /// Milliseconds since 1970-01-01 UTC; nil when no transaction was begun.
    public let startTimeMs: Int64?
    /// The partitions of a transaction that is open, or has no marker yet in them. Sorted.
    public let partitions: [TopicPartition]
}

// Transactional ids at their coordinators (KIP-664). Which failures are tried again, and the texts, are those of Java's handlers.
extension Admin {
    /// The transactional ids of each broker, in its order.
    /// - Throws: the failure of the first broker that failed, as Java's client does.
    public func listTransactions(_ filter: TransactionFilter = TransactionFilter()) throws(ClientError) -> [Int32: [TransactionListing]] {
        let brokers = try allBrokers(call: "listTransactions(api=METADATA)")
        var request = ListTransactionsRequest()
        request.stateFilters = filter.states.map(\.rawValue)
        request.producerIdFilters = filter.producerIds
        request.durationFilter = filter.durationMs
        if let pattern = filter.idPattern, !pattern.isEmpty { request.transactionalIdPattern = pattern }
        var options = options("listTransactions(api=LIST_TRANSACTIONS)")
        let since: Int16 = request.transactionalIdPattern != nil ? 2 : filter.durationMs >= 0 ? 1 : 0
        options.versions = since...ListTransactionsRequest.versions.upperBound
        let answers = sender.sendAll(brokers.map { Call(request, to: .node($0)) }, options: options) { response in
            response.errorCode == .coordinatorLoadInProgress ? response.errorCode : .none
        }
        var listings: [Int32: [TransactionListing]] = [:]
        for (broker, answer) in zip(brokers, answers) {
            switch answer {
            case .failure(let error) where error.kind == .unsupportedVersion && since > 0: throw Self.filterFailure(error, since)
            case .failure(let error): throw error
            case .success(let response):
                if let failure = Self.listFailure(response.errorCode, of: broker) { throw failure }
                listings[broker] = response.transactionStates.map {
                    TransactionListing(
                        transactionalId: $0.transactionalId, producerId: $0.producerId, state: TransactionDescription.State(name: $0.transactionState))
                }
            }
        }
        return listings
    }

    private static func listFailure(_ code: ErrorCode, of broker: Int32) -> ClientError? {
        if code == .none { return nil }
        let reason = code == .coordinatorNotAvailable ? "because the coordinator is shutting down" : "with an unexpected exception"
        // Java says the code on its log only.
        return ClientError(
            .broker, code: code, message: "ListTransactions request sent to broker \(broker) failed \(reason)",
            reason: code == .coordinatorNotAvailable ? nil : code.message)
    }

    private static func filterFailure(_ error: ClientError, _ since: Int16) -> ClientError {
        let text =
            since == 1
            ? "Duration filter can be set only when using API version 1 or higher. If client is connected to an older broker, "
                + "do not specify duration filter or set duration filter to -1."
            : "Transactional ID pattern filter can be set only when using API version 2 or higher. If client is connected to an older broker, "
                + "do not specify the pattern filter."
        return ClientError(.unsupportedVersion, code: error.code, message: text)
    }

    /// What the coordinators know of these transactional ids, asked in parallel.
    public func describeTransactions(_ ids: [String]) -> [String: Result<TransactionDescription, ClientError>] {
        let targets = ids.map { Target.transactionCoordinator($0) }
        let answers = sender.perform(
            targets, options: options("describeTransactions"),
            build: { _, index in
                var request = DescribeTransactionsRequest()
                request.transactionalIds = [ids[index]]
                return request
            },
            retryCode: { response in
                response.transactionStates.lazy.map(\.errorCode).first(where: Self.isCoordinatorError) ?? .none
            })
        var results: [String: Result<TransactionDescription, ClientError>] = [:]
        for (id, answer) in zip(ids, answers) {
            switch answer {
            case .failure(let error): results[id] = .failure(Self.lookupFailure(error, of: id))
            case .success(let response):
                guard let state = response.transactionStates.first(where: { $0.transactionalId == id }) else {
                    results[id] = .failure(ClientError(code: .unknownServerError, message: "The broker's answer says nothing of `\(id)`."))
                    continue
                }
                results[id] = Self.describeFailure(state.errorCode, of: id).map { .failure($0) } ?? .success(description(state))
            }
        }
        return results
    }

    private func description(_ state: DescribeTransactionsResponse.TransactionState) -> TransactionDescription {
        TransactionDescription(
            coordinatorId: sender.core.knownCoordinator(.transactionCoordinator(state.transactionalId)) ?? -1,
            state: TransactionDescription.State(name: state.transactionState), producerId: state.producerId, producerEpoch: state.producerEpoch,
            timeoutMs: state.transactionTimeoutMs, startTimeMs: state.transactionStartTimeMs < 0 ? nil : state.transactionStartTimeMs,
            partitions: Set(state.topics.flatMap { topic in topic.partitions.map { TopicPartition(topic.topic, $0) } }).sorted())
    }

    private static func describeFailure(_ code: ErrorCode, of id: String) -> ClientError? {
        let reason: String
        switch code {
        case .none: return nil
        case .transactionalIdAuthorizationFailed: reason = "due to authorization failure"
        case .transactionalIdNotFound: reason = "because the ID could not be found"
        default: reason = "due to unexpected error"
        }
        return ClientError(code: code, message: "DescribeTransactions request for transactionalId `\(id)` failed \(reason)")
    }

    /// Ends whatever transaction the id has open, and shuts out the producer that has it, by taking the id's next producer epoch.
    public func forceTerminateTransaction(_ id: String) throws(ClientError) {
        var request = InitProducerIdRequest()
        request.transactionalId = id
        request.transactionTimeoutMs = brokerTimeoutMs
        let response: InitProducerIdResponse
        do throws(ClientError) {
            response = try sender.send(request, to: .transactionCoordinator(id), options: options("fenceProducer")) { response in
                let code = response.errorCode
                return code == .concurrentTransactions || Self.isCoordinatorError(code) ? code : .none
            }
        } catch {
            throw Self.lookupFailure(error, of: id)
        }
        let reason: String
        switch response.errorCode {
        case .none: return
        case .clusterAuthorizationFailed: reason = "cluster authorization failure"
        case .transactionalIdAuthorizationFailed: reason = "transactional ID authorization failure"
        default: reason = "unexpected error"
        }
        throw ClientError(code: response.errorCode, message: "InitProducerId request for transactionalId `\(id)` failed due to \(reason)")
    }

    /// Another attempt, perhaps at another broker, can mend it.
    private static func isCoordinatorError(_ code: ErrorCode) -> Bool {
        code == .coordinatorLoadInProgress || code == .notCoordinator || code == .coordinatorNotAvailable
    }

    /// What the search for the coordinator was answered. No answer of the coordinator's own comes as a failure of the call.
    private static func lookupFailure(_ error: ClientError, of id: String) -> ClientError {
        guard error.kind == .broker, let code = error.code, !code.isRetriable else { return error }
        if code == .transactionalIdAuthorizationFailed {
            return ClientError(code: code, message: "FindCoordinator request for transactionalId `\(id)` failed due to authorization failure")
        }
        return ClientError(code: code, message: "FindCoordinator request for key `\(id)` failed due to an unexpected error")
    }
}
