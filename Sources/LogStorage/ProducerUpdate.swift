import KafkaProtocol
import Vocabulary

/// One producer's entry while the batches of an append are checked against it.
struct ProducerUpdate {
    var entry: ProducerEntry
    let producerId: Int64

    init(_ entry: ProducerEntry, producerId: Int64) {
        self.entry = entry
        self.producerId = producerId
    }

    mutating func applyData(_ batch: some RecordBatchFields, firstOffset: Offset, timestamp: Int64) {
        let delta = batch.lastOffsetDelta
        entry.add(
            ProducerEntry.Batch(
                lastSequence: batch.lastSequence, lastOffset: firstOffset + Int64(delta), offsetDelta: delta, timestamp: timestamp),
            epoch: batch.producerEpoch)
        if batch.isTransactional && entry.transactionFirstOffset < .zero { entry.transactionFirstOffset = firstOffset }
    }

    mutating func applyMarker(_ marker: TransactionMarker, epoch: Int16, offset: Offset) -> CompletedTransaction? {
        let first = entry.transactionFirstOffset
        entry.advance(to: epoch)
        entry.coordinatorEpoch = marker.coordinatorEpoch
        entry.lastTimestamp = marker.timestamp
        entry.transactionFirstOffset = .undefined
        guard first >= .zero else { return nil }
        return CompletedTransaction(producerId: producerId, firstOffset: first, lastOffset: offset, isAborted: marker.isAbort)
    }

    /// Kafka 4.3's checks of a batch before it is appended at an offset; the texts are Kafka's.
    func check(
        _ batch: some RecordBatchFields, marker: TransactionMarker?, offset: Offset, origin: AppendOrigin, terms: TransactionTerms,
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
        guard entry.transactionFirstOffset < .zero || batch.isTransactional else {
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

    private func checkEpoch(_ batch: some RecordBatchFields, offset: Offset, terms: TransactionTerms, name: TopicPartition) throws(AppendError) {
        let epoch = batch.producerEpoch
        var version: Int16 = -1
        if case .marker(let of) = terms { version = of }
        if version >= 2 {
            // The same marker once more, because its writer did not learn of the first, ends nothing (KAFKA-19999).
            let isRepeated = epoch == entry.epoch && (entry.transactionFirstOffset < .zero || epoch == .max)
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
        _ batch: some RecordBatchFields, offset: Offset, verification: Verification?, name: TopicPartition
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
