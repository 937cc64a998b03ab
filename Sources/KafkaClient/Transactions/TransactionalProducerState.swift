/// Where a transactional producer stands. States and ways between them are those of Kafka's own producer; of those, the state of a transaction that is
/// prepared for a two-phase commit (KIP-939) is left out, as no call of Kafka 4.3 leads there.
public enum TransactionalProducerState: String, Sendable, Hashable, CaseIterable {
    /// Before `initTransactions`, and again after a right was missing for it.
    case uninitialized = "UNINITIALIZED"
    /// A producer id, or the next epoch of it, is asked for.
    case initializing = "INITIALIZING"
    /// A transaction may begin.
    case ready = "READY"
    case inTransaction = "IN_TRANSACTION"
    case committing = "COMMITTING_TRANSACTION"
    case aborting = "ABORTING_TRANSACTION"
    /// Something failed, and the transaction can only be aborted; then the next may begin.
    case abortableError = "ABORTABLE_ERROR"
    /// The producer can only be closed.
    case fatalError = "FATAL_ERROR"

    var isError: Bool { self == .abortableError || self == .fatalError }
    /// The transaction's end is under way.
    var isCompleting: Bool { self == .committing || self == .aborting }
    /// A transaction has begun and not ended.
    public var isOpen: Bool { self == .inTransaction || self == .abortableError || isCompleting }

    func mayBecome(_ next: TransactionalProducerState) -> Bool {
        switch next {
        case .uninitialized: self == .ready || self == .abortableError
        case .initializing: self == .uninitialized || isCompleting
        case .ready: self == .initializing || isCompleting
        case .inTransaction: self == .ready
        case .committing: self == .inTransaction
        case .aborting: self == .inTransaction || self == .abortableError
        case .abortableError: self == .inTransaction || self == .committing || self == .abortableError || self == .initializing
        case .fatalError: true
        }
    }
}
