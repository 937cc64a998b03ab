import KafkaProtocol
import Vocabulary

/// What the log remembers of one idempotent producer.
struct ProducerEntry: Equatable {
    /// One of the producer's last batches, so that a retry of it is recognised.
    struct Batch: Equatable {
        var lastSequence: Int32
        var lastOffset: Int64
        var offsetDelta: Int32
        var timestamp: Int64

        var firstOffset: Int64 { lastOffset - Int64(offsetDelta) }
        var firstSequence: Int32 { Int32((Int64(lastSequence) - Int64(offsetDelta)) & 0x7fff_ffff) }
    }

    /// Kafka's clients have at most five batches in flight.
    static let rememberedBatches = 5

    var epoch: Int16 = -1
    var coordinatorEpoch: Int32 = -1
    var lastTimestamp: Int64 = -1
    /// -1 when no transaction is open.
    var transactionFirstOffset: Int64 = -1
    /// Oldest first.
    private(set) var batches: [Batch] = []

    var lastSequence: Int32 { batches.last?.lastSequence ?? -1 }
    var lastOffset: Int64 { batches.last?.lastOffset ?? -1 }

    func hasOpenTransaction(epoch: Int16) -> Bool { transactionFirstOffset >= 0 && epoch == self.epoch }

    /// The remembered batch that this one repeats.
    func duplicate(of batch: some RecordBatchFields) -> Batch? {
        guard batch.producerEpoch == epoch else { return nil }
        let first = batch.baseSequence, last = batch.lastSequence
        return batches.last { $0.lastSequence == last && $0.firstSequence == first }
    }

    mutating func add(_ batch: Batch, epoch: Int16) {
        advance(to: epoch)
        if batches.count == Self.rememberedBatches { batches.removeFirst() }
        batches.append(batch)
        lastTimestamp = batch.timestamp
    }

    /// Takes over the batches before the last one from what the log's end tells of the same producer.
    mutating func recall(_ found: ProducerEntry) {
        guard found.epoch == epoch, found.lastSequence == lastSequence, found.lastOffset == lastOffset, found.batches.count > batches.count else { return }
        batches = found.batches
    }

    /// A new epoch begins with no batches remembered.
    mutating func advance(to epoch: Int16) {
        guard epoch != self.epoch else { return }
        self.epoch = epoch
        batches.removeAll(keepingCapacity: true)
    }
}

/// A transaction whose marker was appended.
struct CompletedTransaction: Equatable {
    var producerId: Int64
    var firstOffset: Int64
    /// Offset of the marker.
    var lastOffset: Int64
    var isAborted: Bool
}

/// The end-of-transaction marker that a control batch carries.
struct TransactionMarker: Equatable {
    var isAbort: Bool
    var coordinatorEpoch: Int32
    var timestamp: Int64

    /// Nil for control batches of other kinds (leader changes, snapshot headers).
    init?(_ batch: RecordBatch) {
        guard batch.isControl, var reader = try? batch.reader(), let record = try? reader.next() else { return nil }
        guard let type = record.controlType, type == .abort || type == .commit, let value = record.value, value.count >= 6 else { return nil }
        isAbort = type == .abort
        coordinatorEpoch = value.load(2)
        timestamp = record.timestamp
    }
}

/// The producers of one partition and its open transactions: rebuilt from the log, checkpointed in `.snapshot` files.
struct ProducerTable {
    private(set) var entries: [Int64: ProducerEntry] = [:]
    /// Open transactions, by the first offset.
    private(set) var openTransactions: [(firstOffset: Int64, producerId: Int64)] = []
    /// Producers whose transactions the coordinator is being asked about; not in the log.
    private(set) var verifications: [Int64: Verification] = [:]
    private var lastGuard: UInt64 = 0

    /// The first offset of the oldest open transaction.
    var firstUnstableOffset: Int64? { openTransactions.first?.firstOffset }

    func duplicate(of batch: some RecordBatchFields) -> ProducerEntry.Batch? {
        entries[batch.producerId]?.duplicate(of: batch)
    }

    /// Notes a batch that was appended.
    mutating func set(_ producerId: Int64, _ entry: ProducerEntry) {
        let before = entries[producerId]?.transactionFirstOffset ?? -1
        entries[producerId] = entry
        guard before != entry.transactionFirstOffset else { return }
        if before >= 0 { openTransactions.removeAll { $0.producerId == producerId } }
        if entry.transactionFirstOffset >= 0 {
            let index = openTransactions.lastIndex { $0.firstOffset < entry.transactionFirstOffset }.map { $0 + 1 } ?? 0
            openTransactions.insert((entry.transactionFirstOffset, producerId), at: index)
        }
    }

    /// See `PartitionLog.startVerification`.
    mutating func startVerification(
        _ producerId: Int64, epoch: Int16, sequence: Int32, bumpsEpochs: Bool, now: Int64
    ) throws(AppendError) -> VerificationGuard? {
        if let entry = entries[producerId] {
            guard epoch >= entry.epoch else {
                throw AppendError(
                    .invalidProducerEpoch, "Epoch of producer \(producerId) is \(epoch), which is smaller than the last seen epoch \(entry.epoch)")
            }
            if entry.hasOpenTransaction(epoch: epoch) { return nil }
        }
        guard verifications[producerId] == nil else {
            verifications[producerId]?.join(epoch: epoch, sequence: sequence)
            return verifications[producerId]?.proof
        }
        lastGuard += 1
        let proof = VerificationGuard(number: lastGuard)
        verifications[producerId] = Verification(proof, epoch: epoch, sequence: sequence, bumpsEpochs: bumpsEpochs, now: now)
        return proof
    }

    /// A verification has served once its transaction is known here, and is void once that is over. A marker that comes late, of a transaction before, leaves
    /// that of the next one alone.
    mutating func endVerification(_ producerId: Int64, markerEpoch: Int16?) {
        if let markerEpoch, let running = verifications[producerId], running.bumpsEpochs, running.epoch == markerEpoch { return }
        verifications[producerId] = nil
    }

    /// Where the last stable offset stands once this transaction is complete.
    func lastStableOffset(after completed: CompletedTransaction) -> Int64 {
        openTransactions.first { $0.producerId != completed.producerId }?.firstOffset ?? completed.lastOffset + 1
    }

    /// Notes a batch read from the log: what is there was checked when it was appended.
    mutating func replay(_ batch: some RecordBatchFields, marker: TransactionMarker?) -> CompletedTransaction? {
        guard batch.hasProducerId else { return nil }
        var update = ProducerUpdate(entries[batch.producerId] ?? ProducerEntry(), producerId: batch.producerId)
        if let marker {
            let completed = update.applyMarker(marker, epoch: batch.producerEpoch, offset: batch.baseOffset)
            set(batch.producerId, update.entry)
            return completed
        }
        guard !batch.isControl else { return nil }
        update.applyData(batch, firstOffset: batch.baseOffset, timestamp: batch.maxTimestamp)
        set(batch.producerId, update.entry)
        return nil
    }

    mutating func recall(_ found: ProducerTable) {
        for (id, entry) in found.entries { entries[id]?.recall(entry) }
    }

    mutating func removeExpired(now: Int64, afterMs: Int64) {
        if !verifications.isEmpty { verifications = verifications.filter { now - $0.value.timestamp < afterMs } }
        guard !entries.isEmpty else { return }
        entries = entries.filter { $0.value.transactionFirstOffset >= 0 || now - $0.value.lastTimestamp < afterMs }
    }

    mutating func removeAll() {
        entries.removeAll()
        openTransactions.removeAll()
    }
}

/// One producer's entry while the batches of an append are checked against it.
struct ProducerUpdate {
    var entry: ProducerEntry
    let producerId: Int64

    init(_ entry: ProducerEntry, producerId: Int64) {
        self.entry = entry
        self.producerId = producerId
    }

    mutating func applyData(_ batch: some RecordBatchFields, firstOffset: Int64, timestamp: Int64) {
        let delta = batch.lastOffsetDelta
        entry.add(
            ProducerEntry.Batch(
                lastSequence: batch.lastSequence, lastOffset: firstOffset + Int64(delta), offsetDelta: delta, timestamp: timestamp),
            epoch: batch.producerEpoch)
        if batch.isTransactional && entry.transactionFirstOffset < 0 { entry.transactionFirstOffset = firstOffset }
    }

    mutating func applyMarker(_ marker: TransactionMarker, epoch: Int16, offset: Int64) -> CompletedTransaction? {
        let first = entry.transactionFirstOffset
        entry.advance(to: epoch)
        entry.coordinatorEpoch = marker.coordinatorEpoch
        entry.lastTimestamp = marker.timestamp
        entry.transactionFirstOffset = -1
        guard first >= 0 else { return nil }
        return CompletedTransaction(producerId: producerId, firstOffset: first, lastOffset: offset, isAborted: marker.isAbort)
    }

    /// Kafka 4.3's checks of a batch before it is appended at an offset; the texts are Kafka's.
    func check(
        _ batch: some RecordBatchFields, marker: TransactionMarker?, offset: Int64, origin: AppendOrigin, terms: TransactionTerms,
        verification: Verification?, name: TopicPartition
    ) throws(AppendError) {
        guard origin != .replication else { return }
        if batch.isTransactional, !batch.isControl, !entry.hasOpenTransaction(epoch: batch.producerEpoch) {
            try checkVerified(batch, terms: terms, verification: verification)
        }
        try checkEpoch(batch, offset: offset, terms: terms, name: name)
        if let marker {
            guard marker.coordinatorEpoch >= entry.coordinatorEpoch else {
                throw AppendError(
                    .transactionCoordinatorFenced,
                    "Invalid coordinator epoch for producerId \(producerId) at offset \(offset) in partition \(name): "
                        + "\(marker.coordinatorEpoch) (zombie), \(entry.coordinatorEpoch) (current)")
            }
            return
        }
        guard !batch.isControl else { return }
        if origin == .client { try checkSequence(batch, offset: offset, verification: verification, name: name) }
        guard entry.transactionFirstOffset < 0 || batch.isTransactional else {
            throw AppendError(.invalidTxnState, "Expected transactional write from producer \(producerId) at offset \(offset) in partition \(name)")
        }
    }

    /// The first records of a transaction need what `PartitionLog.startVerification` gave out for them.
    private func checkVerified(_ batch: some RecordBatchFields, terms: TransactionTerms, verification: Verification?) throws(AppendError) {
        guard batch.producerEpoch >= entry.epoch else {
            throw AppendError(
                .invalidProducerEpoch,
                "Epoch of producer \(producerId) is \(batch.producerEpoch), which is smaller than the last seen epoch \(entry.epoch)")
        }
        guard case .verified(let proof) = terms else { return }
        guard let proof, proof == verification?.proof else {
            throw AppendError(.invalidTxnState, "Record was not part of an ongoing transaction")
        }
    }

    private func checkEpoch(_ batch: some RecordBatchFields, offset: Int64, terms: TransactionTerms, name: TopicPartition) throws(AppendError) {
        let epoch = batch.producerEpoch
        var version: Int16 = -1
        if case .marker(let of) = terms { version = of }
        if version >= 2 {
            // The same marker once more, because its writer did not learn of the first, ends nothing (KAFKA-19999).
            let isRepeated = epoch == entry.epoch && (entry.transactionFirstOffset < 0 || epoch == .max)
            if epoch > entry.epoch || isRepeated { return }
        } else if epoch >= entry.epoch {
            return
        }
        throw AppendError(
            .invalidProducerEpoch,
            "Epoch of producer \(producerId) at offset \(offset) in \(name) is \(epoch), which is \(version >= 2 ? "<=" : "<") the last seen epoch "
                + "\(entry.epoch) (TV\(version))")
    }

    private func checkSequence(
        _ batch: some RecordBatchFields, offset: Int64, verification: Verification?, name: TopicPartition
    ) throws(AppendError) {
        let first = batch.baseSequence, epoch = batch.producerEpoch
        func outOfOrder(_ rest: String) -> AppendError {
            AppendError(.outOfOrderSequenceNumber, "Out of order sequence number for producer \(producerId) at offset \(offset) in partition \(name): \(rest)")
        }
        if let verification {
            if verification.bumpsEpochs, first != 0, entry.batches.isEmpty {
                throw AppendError(
                    .outOfOrderSequenceNumber,
                    "Invalid sequence number for producer \(producerId) at offset \(offset) in partition \(name): \(first) (incoming seq. number). "
                        + "Expected sequence 0 for transactions v2 idempotent producer with no existing state.")
            }
            if first > verification.lowestSequence {
                throw outOfOrder("\(first) (incoming seq. number), \(verification.lowestSequence) (earliest seen sequence)")
            }
        }
        // A producer that is not known (retention took its records) may go on with any sequence number.
        guard entry.epoch >= 0 else { return }
        if epoch != entry.epoch {
            guard first == 0 else {
                throw AppendError(
                    .outOfOrderSequenceNumber,
                    "Invalid sequence number for new epoch of producer \(producerId) at offset \(offset) in partition \(name): "
                        + "\(epoch) (request epoch), \(first) (seq. number), \(entry.epoch) (current producer epoch)")
            }
            return
        }
        let last = entry.lastSequence
        guard Int64(first) == Int64(last) + 1 || (first == 0 && last == .max) else {
            throw outOfOrder("\(first) (incoming seq. number), \(last) (current end sequence number)")
        }
    }
}
