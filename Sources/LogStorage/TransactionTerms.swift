/// What an append has to show for being part of a transaction, or for ending one.
public enum TransactionTerms: Equatable, Sendable {
    /// Nothing: what is appended was checked elsewhere, or is not to be checked.
    case unchecked
    /// Records of a transaction are appended when the log knows that transaction already, or when this is the guard of the verification that is under way.
    case verified(VerificationGuard?)
    /// A marker, by the rules of this version of the transaction protocol (KIP-890): from 2 on its epoch is another than that of the records that it ends.
    case marker(version: Int16)
}

/// Tells one verification from every other: a transaction's first records in a partition are appended only with the guard that was given out before the
/// coordinator was asked about them. A marker that is appended meanwhile takes the guard away, so that an answer that comes late admits nothing (KIP-890).
public struct VerificationGuard: Hashable, Sendable {
    let number: UInt64
}

/// A verification that is under way for one producer.
struct Verification: Equatable, Sendable {
    let proof: VerificationGuard
    /// When it began (ms since 1970).
    let timestamp: Int64
    /// The producer's transactions each have an epoch of their own.
    let bumpsEpochs: Bool
    private(set) var epoch: Int16
    /// The lowest sequence number that waits: no higher one may be the first in the log, or the lower one could never be appended.
    private(set) var lowestSequence: Int32

    init(_ proof: VerificationGuard, epoch: Int16, sequence: Int32, bumpsEpochs: Bool, now: Int64) {
        self.proof = proof
        timestamp = now
        self.bumpsEpochs = bumpsEpochs
        self.epoch = epoch
        lowestSequence = sequence
    }

    /// Another batch of the same producer waits for the same answer.
    mutating func join(epoch: Int16, sequence: Int32) {
        if epoch > self.epoch {
            self.epoch = epoch
            lowestSequence = sequence
        } else if epoch == self.epoch {
            lowestSequence = min(lowestSequence, sequence)
        }
    }
}

extension PartitionLog {
    /// Begins to verify that a producer's transaction may write here, before the coordinator is asked.
    /// - Parameters:
    ///   - sequence: of the batch that waits; -1 for a coordinator's records, which have none
    ///   - bumpsEpochs: each transaction of the producer has an epoch of its own (`transaction.version` 2)
    /// - Returns: nil when the log knows the transaction already
    /// - Throws: INVALID_PRODUCER_EPOCH for a producer that was fenced
    public func startVerification(producerId: Int64, epoch: Int16, sequence: Int32, bumpsEpochs: Bool, now: Int64) throws(AppendError) -> VerificationGuard? {
        try state.withLock { (log) throws(AppendError) in
            try log.producers.startVerification(producerId, epoch: epoch, sequence: sequence, bumpsEpochs: bumpsEpochs, now: now)
        }
    }

    /// Ends a verification that came to nothing, for good: nothing is kept for a producer that the coordinator does not know.
    public func cancelVerification(producerId: Int64, _ proof: VerificationGuard) {
        state.withLock { $0.producers.cancelVerification(producerId, proof) }
    }

    /// How many producers' transactions the coordinator is being asked about.
    public var pendingVerifications: Int { state.withLock { $0.producers.verifications.count } }
}
