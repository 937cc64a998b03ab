/// What the broker's configuration says of transactions.
public struct TransactionConfiguration: Equatable, Sendable {
    /// `transaction.max.timeout.ms`: what a producer may ask for.
    public var maxTimeoutMs: Int32 = 900_000
    /// `transactional.id.expiration.ms`: after how long without a change a transactional id is forgotten.
    public var idExpirationMs: Int64 = 604_800_000
    /// `transaction.remove.expired.transaction.cleanup.interval.ms`.
    public var expirationIntervalMs: Int64 = 3_600_000
    /// `transaction.two.phase.commit.enable` (KIP-939).
    public var allowsTwoPhaseCommit = false
    /// The finalized level of `transaction.version` (KIP-890): 1 writes flexible records, 2 gives every transaction an epoch of its own.
    public var transactionVersion: Int16 = 2

    public init() {}
}
