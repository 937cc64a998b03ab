import Coordination
import KafkaProtocol
import Synchronization
import Vocabulary

/// Carries out what the transaction coordinator has decided: writes the markers of a transaction that is ended, again and again until every partition has its
/// own, and then has the coordinator call it complete.
final class TransactionEnding: Sendable {
    typealias Runner = ShardRunner<TransactionShard>

    /// After how long a marker that could not be written is tried again.
    private static let retryMs: Int64 = 50

    private let metadata: MetadataService
    private let writer: TransactionMarkerWriter
    private let peers: TransactionPeers
    private let producerIds: ProducerIdAllocator
    private let timers: Timers
    /// Who waits for a transaction to be over.
    let waiting: TransactionWaiting

    init(metadata: MetadataService, writer: TransactionMarkerWriter, peers: TransactionPeers, producerIds: ProducerIdAllocator, timers: Timers) {
        self.metadata = metadata
        self.writer = writer
        self.peers = peers
        self.producerIds = producerIds
        self.timers = timers
        waiting = TransactionWaiting(timers: timers)
    }

    private var now: Int64 { metadata.settings.clock() }

    /// What a shard announces, once its decision is durable.
    func carryOut(_ reply: TransactionReply, _ runner: Runner) {
        switch reply {
        case .markers(let markers): write(markers, to: markers.partitions, runner, now: now)
        case .timedOut(let id): abortWithNewProducerId(id, runner)
        case .producer, .ended, .partitions, .producerIdNeeded, .failed: break
        }
    }

    private func write(_ markers: TransactionMarkers, to partitions: [TopicPartition], _ runner: Runner, now: Int64) {
        if partitions.isEmpty { return complete(markers, runner, now: now) }
        let marker = EndMarker(
            producerId: markers.producerId, producerEpoch: markers.producerEpoch, coordinatorEpoch: runner.partition.leaderEpoch.value,
            commits: markers.commits,
            version: markers.transactionVersion)
        let round = Round(partitions.count)
        for partition in partitions {
            write(marker, to: partition, now: now) { [self] error in
                guard let again = round.note(partition, isOver: isOver(error, partition)) else { return }
                if again.isEmpty { return complete(markers, runner, now: self.now) }
                timers.schedule(at: self.now + Self.retryMs) { [self] now in
                    // Whoever coordinates the transaction from now on writes them.
                    if runner.isServing { write(markers, to: again.sorted(), runner, now: now) }
                }
            }
        }
    }

    private func write(_ marker: EndMarker, to partition: TopicPartition, now: Int64, then: @escaping @Sendable (ErrorCode) -> Void) {
        switch peers.place(of: partition) {
        case .here: writer.write(marker, to: partition, now: now, then: then)
        case .there(let way): way.write(marker, to: partition, then: then)
        case .nowhere: then(.leaderNotAvailable)
        }
    }

    /// One attempt at all markers of a transaction that are still missing.
    private final class Round: Sendable {
        private let state: Mutex<(outstanding: Int, missing: [TopicPartition])>

        init(_ count: Int) { state = Mutex((count, [])) }

        /// Notes what became of one; after the last one, which are still missing.
        func note(_ partition: TopicPartition, isOver: Bool) -> [TopicPartition]? {
            state.withLock { state in
                if !isOver { state.missing.append(partition) }
                state.outstanding -= 1
                return state.outstanding == 0 ? state.missing : nil
            }
        }
    }

    /// Whether there is nothing left to do in a partition: it has its marker; it is gone with its topic; or it has seen a later epoch of the producer or of its
    /// coordinator, so that the transaction is over there already.
    private func isOver(_ error: ErrorCode, _ partition: TopicPartition) -> Bool {
        switch error {
        case .none, .invalidProducerEpoch, .transactionCoordinatorFenced: true
        case .unknownTopicOrPartition: (metadata.image.topic(partition.topic)?.partitions.count ?? 0) <= Int(partition.partition)
        default: false
        }
    }

    private func complete(_ markers: TransactionMarkers, _ runner: Runner, now: Int64) {
        runner.perform(now: now) { $0.complete(markers, now: now) }
        waiting.release(markers.transactionalId, now: now)
    }

    /// The producer's epochs are used up: whoever fences it needs a new id for what comes afterwards.
    private func abortWithNewProducerId(_ id: String, _ runner: Runner) {
        producerIds.next(.anonymous) { [self] fresh in
            // Without one the shard says so again in a while.
            guard case .success(let fresh) = fresh else { return }
            let now = now
            runner.perform(now: now) { $0.abortTimedOut(id, now: now, newProducerId: fresh) }
        }
    }
}
