import KafkaProtocol
import LogStorage
import Vocabulary

/// What the other replicas of a partition must have done for a request to be answered.
enum ReplicaEvent: Sendable, Equatable {
    /// All that must have the records below an offset have them; and, if that counts, they are as many as there must be.
    case replicated(upTo: Offset, byEnough: Bool)
    /// All that are alive have deleted the records below an offset.
    case deleted(before: Offset)
}

/// Where the replicas of a partition stand, for those who wait for them.
struct ReplicaState: Sendable {
    /// NOT_LEADER_OR_FOLLOWER once this broker leads no longer.
    var error = ErrorCode.none
    var highWatermark: Offset
    var lowWatermark: Offset
    /// Fewer are in sync than there must be.
    var isShort: Bool
}

/// The requests that wait for the other replicas of a partition.
struct ReplicaWaiters: Sendable {
    typealias Completion = @Sendable (ErrorCode) -> Void

    private struct Waiter: Sendable {
        var event: ReplicaEvent
        var deadline: Int64?
        var then: Completion
    }

    private var waiters: [Waiter] = []

    var isEmpty: Bool { waiters.isEmpty }

    mutating func add(_ event: ReplicaEvent, deadline: Int64?, _ then: @escaping Completion) {
        waiters.append(Waiter(event: event, deadline: deadline, then: then))
    }

    /// Takes out those who can be told something, in the order in which they came.
    mutating func settle(_ state: ReplicaState) -> [(then: Completion, error: ErrorCode)] {
        var told: [(then: Completion, error: ErrorCode)] = []
        waiters.removeAll { waiter in
            guard let error = Self.outcome(of: waiter.event, state) else { return false }
            told.append((waiter.then, error))
            return true
        }
        return told
    }

    private static func outcome(of event: ReplicaEvent, _ state: ReplicaState) -> ErrorCode? {
        guard state.error == .none else { return state.error }
        switch event {
        case .replicated(let offset, let byEnough):
            guard state.highWatermark >= offset else { return nil }
            // They were enough when it was appended.
            return byEnough && state.isShort ? .notEnoughReplicasAfterAppend : ErrorCode.none
        case .deleted(let offset): return state.lowWatermark >= offset ? ErrorCode.none : nil
        }
    }

    /// Takes out those whose time is over.
    mutating func expired(now: Int64) -> [Completion] {
        let late = waiters.filter { $0.deadline.map { $0 <= now } ?? false }
        if !late.isEmpty { waiters.removeAll { $0.deadline.map { $0 <= now } ?? false } }
        return late.map(\.then)
    }
}
