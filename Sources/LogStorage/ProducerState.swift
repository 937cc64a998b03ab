import KafkaProtocol
import Vocabulary

/// What the log remembers of one idempotent producer.
struct ProducerEntry: Equatable {
    /// One of the producer's last batches, so that a retry of it is recognised.
    struct Batch: Equatable {
        var lastSequence: Int32
        var lastOffset: Offset
        var offsetDelta: Int32
        var timestamp: Int64

        var firstOffset: Offset { lastOffset - Int64(offsetDelta) }
        var firstSequence: Int32 { Int32((Int64(lastSequence) - Int64(offsetDelta)) & 0x7fff_ffff) }
    }

    /// Kafka's clients have at most five batches in flight.
    static let rememberedBatches = 5

    var epoch: Int16 = -1
    var coordinatorEpoch: Int32 = -1
    var lastTimestamp: Int64 = -1
    /// -1 when no transaction is open.
    var transactionFirstOffset = Offset.undefined
    /// Oldest first.
    private(set) var batches: [Batch] = []

    var lastSequence: Int32 { batches.last?.lastSequence ?? -1 }
    var lastOffset: Offset { batches.last?.lastOffset ?? .undefined }

    func hasOpenTransaction(epoch: Int16) -> Bool { transactionFirstOffset >= .zero && epoch == self.epoch }

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
    var firstOffset: Offset
    /// Offset of the marker.
    var lastOffset: Offset
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
    private(set) var openTransactions: [(firstOffset: Offset, producerId: Int64)] = []
    /// Producers whose transactions the coordinator is being asked about; not in the log.
    private(set) var verifications: [Int64: Verification] = [:]
    private var lastGuard: UInt64 = 0

    /// The first offset of the oldest open transaction.
    var firstUnstableOffset: Offset? { openTransactions.first?.firstOffset }

    func duplicate(of batch: some RecordBatchFields) -> ProducerEntry.Batch? {
        entries[batch.producerId]?.duplicate(of: batch)
    }

    /// Notes a batch that was appended.
    mutating func set(_ producerId: Int64, _ entry: ProducerEntry) {
        let before = entries[producerId]?.transactionFirstOffset ?? .undefined
        entries[producerId] = entry
        guard before != entry.transactionFirstOffset else { return }
        if before >= .zero { openTransactions.removeAll { $0.producerId == producerId } }
        if entry.transactionFirstOffset >= .zero {
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

    mutating func cancelVerification(_ producerId: Int64, _ proof: VerificationGuard) {
        if verifications[producerId]?.proof == proof { verifications[producerId] = nil }
    }

    /// Where the last stable offset stood once this transaction was complete.
    /// - Parameter later: those that were completed behind it by what was appended with it; they were open then
    func lastStableOffset(after completed: CompletedTransaction, before later: ArraySlice<CompletedTransaction>) -> Offset {
        let open = openTransactions.map(\.firstOffset) + later.map(\.firstOffset)
        return open.filter { $0 < completed.lastOffset }.min() ?? completed.lastOffset + 1
    }

    /// Notes a batch read from the log: what is there was checked when it was appended.
    mutating func replay(_ batch: some RecordBatchFields, marker: TransactionMarker?) -> CompletedTransaction? {
        guard batch.hasProducerId else { return nil }
        var update = ProducerUpdate(entries[batch.producerId] ?? ProducerEntry(), producerId: batch.producerId)
        if let marker {
            let completed = update.applyMarker(marker, epoch: batch.producerEpoch, offset: Offset(batch.baseOffset))
            set(batch.producerId, update.entry)
            return completed
        }
        guard !batch.isControl else { return nil }
        update.applyData(batch, firstOffset: Offset(batch.baseOffset), timestamp: batch.maxTimestamp)
        set(batch.producerId, update.entry)
        return nil
    }

    mutating func recall(_ found: ProducerTable) {
        for (id, entry) in found.entries { entries[id]?.recall(entry) }
    }

    mutating func removeExpired(now: Int64, afterMs: Int64) {
        if !verifications.isEmpty { verifications = verifications.filter { now - $0.value.timestamp < afterMs } }
        guard !entries.isEmpty else { return }
        entries = entries.filter { $0.value.transactionFirstOffset >= .zero || now - $0.value.lastTimestamp < afterMs }
    }

    /// Takes over what a snapshot holds. Guards that were given out are never given out again.
    mutating func restore(_ snapshot: ProducerTable) { (entries, openTransactions) = (snapshot.entries, snapshot.openTransactions) }

    mutating func removeAll() {
        entries.removeAll()
        openTransactions.removeAll()
        verifications.removeAll()
    }
}
