import KafkaProtocol
import LogStorage
import Vocabulary

/// The marker that ends a transaction in a partition.
struct EndMarker: Sendable {
    var producerId: Int64
    var producerEpoch: Int16
    var coordinatorEpoch: Int32
    var commits: Bool
    /// Of the protocol that the transaction followed: from 2 on the epoch is another than that of the transaction's records (KIP-890).
    var version: Int16

    func batch(now: Int64) -> Bytes {
        RecordBatch.endTransactionMarker(
            commits: commits, timestamp: now, producerId: producerId, producerEpoch: producerEpoch, coordinatorEpoch: coordinatorEpoch)
    }
}

/// Writes transactions' end markers into partitions that this broker leads: for its own coordinators, and for others that send WriteTxnMarkers.
final class TransactionMarkerWriter: Sendable {
    private let partitions: PartitionTable
    private let groups: GroupCoordinatorService
    private let commits: CommitQueue

    init(partitions: PartitionTable, groups: GroupCoordinatorService, commits: CommitQueue) {
        self.partitions = partitions
        self.groups = groups
        self.commits = commits
    }

    /// `then` is told once the marker is durable, or why it is not there. In a partition of `__consumer_offsets` it decides on the offsets that were committed
    /// in the transaction, under the lock of their coordinator.
    func write(_ marker: EndMarker, to name: TopicPartition, now: Int64, then: @escaping @Sendable (ErrorCode) -> Void) {
        guard let partition = partitions.snapshot.partition(name.topic, name.partition) else { return then(.unknownTopicOrPartition) }
        if name.topic == TopicName.groupOffsets { return groups.endTransaction(marker, partition: name.partition, now: now, then: then) }
        do throws(AppendError) {
            let terms = TransactionTerms.marker(version: marker.version)
            let info = try partition.append(marker.batch(now: now), now: now, origin: .coordinator, requiresInSync: true, transaction: terms)
            commits.commit(partition, upTo: info.endOffset, needsEnough: true, then: then)
        } catch {
            then(error.code)
        }
    }
}
