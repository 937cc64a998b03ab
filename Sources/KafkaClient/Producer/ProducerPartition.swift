import KafkaProtocol

/// The way of records to one partition: the batch being filled, those waiting in order, and those in flight.
final class ProducerPartition {
    let topic: String
    let index: Int32
    /// In order; the last is `open` when that is set.
    var waiting: [ProducerBatch] = []
    var open: ProducerBatch?
    var inFlight: [ProducerBatch] = []
    /// The node that those in flight were sent to.
    var flightNode: Int32 = -1
    /// Whether the producer has it on its list of partitions to look at.
    var isListed = false

    /// The transaction that a record for it was last let into.
    var transaction = 0

    // Idempotence: positions count records under `identity` and, unlike sequence numbers, do not wrap.
    var identity = ProducerIdentity.none
    var nextSequence: Int64 = 0
    private(set) var lastAcked: Int64 = -1
    /// Of which producer id the partition's log has a batch for sure; -1 before the first.
    private(set) var knownId: Int64 = -1
    /// The offset of the last record known to be written.
    var lastAckedOffset: Int64 = -1
    private(set) var lastDropped: Int64 = -1
    /// Set when sequence numbers must begin anew, which waits until nothing is in flight.
    var mustRestart = false

    init(topic: String, index: Int32) {
        self.topic = topic
        self.index = index
    }

    var isEmpty: Bool { waiting.isEmpty && inFlight.isEmpty }

    /// Whether a batch may be sent to a node now. While others are in flight to the leader before it, it may not: those that are acknowledged meanwhile would
    /// push them out of the five that a broker remembers.
    func maySend(to node: Int32) -> Bool { inFlight.isEmpty || flightNode == node }

    /// Batches waiting, for the choice among partitions.
    var queueSize: Int { waiting.count }

    /// Puts a batch back to where it belongs by age.
    func putBack(_ batch: ProducerBatch) {
        let position = waiting.firstIndex { $0.serial > batch.serial } ?? waiting.count
        waiting.insert(batch, at: position)
    }

    func removeFromFlight(_ batch: ProducerBatch) { inFlight.removeAll { $0 === batch } }

    func noteAcked(_ batch: ProducerBatch, offset: Int64) {
        lastAcked = max(lastAcked, batch.sequence + Int64(batch.count) - 1)
        knownId = identity.id
        if offset >= 0 { lastAckedOffset = max(lastAckedOffset, offset + Int64(batch.count) - 1) }
    }

    func noteDropped(_ batch: ProducerBatch) {
        if batch.sequence >= 0 { lastDropped = max(lastDropped, batch.sequence) }
    }

    /// Whether a batch before this one was given up since the last acknowledgement, so that the broker may rightly miss sequence numbers.
    func hasGap(before batch: ProducerBatch) -> Bool { lastDropped > lastAcked && lastDropped < batch.sequence }

    /// Whether an older batch is still to be acknowledged.
    func hasUnresolved(before batch: ProducerBatch) -> Bool {
        inFlight.contains { $0.serial < batch.serial } || (waiting.first.map { $0.serial < batch.serial } ?? false)
    }

    /// Begins sequence numbers anew under an identity; batches that were sent before get new numbers in their order.
    func restart(_ identity: ProducerIdentity) {
        self.identity = identity
        mustRestart = false
        lastAcked = -1
        lastDropped = -1
        nextSequence = 0
        // Parts of a split batch, which have no numbers yet, may stand before batches that had some.
        let numbered = waiting.lastIndex { $0.isEncoded } ?? -1
        for batch in waiting[...numbered] {
            batch.encode(producerId: identity.id, epoch: identity.epoch, sequence: nextSequence)
            nextSequence += Int64(batch.count)
        }
    }
}

/// One topic as the producer knows it.
public final class ProducerTopic {
    public let name: String
    var partitions: [ProducerPartition] = []
    var sticky: StickyPartitioner
    var nextRoundRobin = 0
    /// The metadata this was last read from.
    var metadataVersion = -1
    /// Whether its partitions are known, so that records can be placed.
    public var isKnown: Bool { !partitions.isEmpty }
    /// What the cluster said of the topic, when it does not let us in.
    var error: ErrorCode = .none

    init(name: String, seed: UInt64) {
        self.name = name
        sticky = StickyPartitioner(seed: seed)
    }

    /// The number of partitions; 0 while unknown.
    public var partitionCount: Int { partitions.count }
}
