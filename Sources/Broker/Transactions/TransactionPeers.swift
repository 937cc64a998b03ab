import Coordination
import KafkaProtocol
import Synchronization
import Vocabulary

/// Which broker has to do with a transaction's partition or coordinator, and the way to it; without other brokers it is always this one.
final class TransactionPeers: Sendable {
    enum Place {
        case here
        case there(Way)
        /// Nobody leads it for now.
        case nowhere
    }

    /// The way to another broker.
    struct Way: Sendable {
        let node: Int32
        fileprivate let markers: RemoteMarkers
        fileprivate let transactions: RemoteTransactions

        func write(_ marker: EndMarker, to partition: TopicPartition, then: @escaping @Sendable (ErrorCode) -> Void) {
            markers.write(marker, to: partition, ledBy: node, then: then)
        }

        func ask(
            _ producer: TransactionalProducer, _ partitions: Set<TopicPartition>, adds: Bool, then: @escaping @Sendable (TransactionReply) -> Void
        ) {
            transactions.ask(producer, partitions, adds: adds, of: node, then: then)
        }
    }

    private let metadata: MetadataService
    private let ways = Mutex<(markers: RemoteMarkers, transactions: RemoteTransactions)?>(nil)

    init(metadata: MetadataService) { self.metadata = metadata }

    /// From now on there are other brokers.
    func use(_ link: any PeerLink) { ways.withLock { $0 = (RemoteMarkers(link), RemoteTransactions(link)) } }

    /// Where a partition is led. One that does not exist is looked for here, where that is found out.
    func place(of partition: TopicPartition) -> Place {
        guard let ways = ways.withLock({ $0 }), let image = metadata.image.partition(partition.topic, partition.partition) else { return .here }
        if image.leader == metadata.settings.nodeId { return .here }
        return image.leader < 0 ? .nowhere : .there(Way(node: image.leader, markers: ways.markers, transactions: ways.transactions))
    }

    /// Where a transactional id is coordinated.
    func coordinator(of id: String) -> Place {
        let count = Int32(metadata.image.topic(TopicName.transactionState)?.partitions.count ?? 0)
        guard count > 0 else { return .here }
        return place(of: TopicPartition(TopicName.transactionState, CoordinatorPartition.index(for: id, partitions: count)))
    }
}
