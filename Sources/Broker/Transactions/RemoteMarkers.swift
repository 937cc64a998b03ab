import KafkaProtocol
import Synchronization
import Vocabulary

/// Has other brokers write transactions' end markers into the partitions that they lead (WriteTxnMarkers).
final class RemoteMarkers: Sendable {
    private struct Wanted: Sendable {
        var marker: EndMarker
        var partition: TopicPartition
        var then: @Sendable (ErrorCode) -> Void
    }

    private let batches: PeerBatches<Wanted>
    /// A broker that has not answered within this time may have stopped, and another may lead what it led.
    private static let timeoutMs = 10_000

    init(_ link: any PeerLink) {
        batches = PeerBatches { node, items, done in
            let (request, places) = Self.request(items)
            link.send(request, to: node, timeoutMs: Self.timeoutMs, versions: nil) { result in
                for (item, error) in zip(items, Self.errors(result, places)) { item.then(error) }
                done()
            }
        }
    }

    /// `then` is told once the marker is written, or why it is not; NETWORK_EXCEPTION when the broker has not answered.
    func write(_ marker: EndMarker, to partition: TopicPartition, ledBy leader: Int32, then: @escaping @Sendable (ErrorCode) -> Void) {
        batches.add(Wanted(marker: marker, partition: partition, then: then), to: leader)
    }

    private struct Place: Hashable, Sendable {
        var producerId: Int64
        var partition: TopicPartition
    }

    /// One row for each transaction, in the order in which they came.
    private static func request(_ items: [Wanted]) -> (request: WriteTxnMarkersRequest, places: [Place]) {
        var request = WriteTxnMarkersRequest()
        for item in items {
            let marker = item.marker
            let known = request.markers.firstIndex { $0.producerId == marker.producerId && $0.producerEpoch == marker.producerEpoch }
            let row = known ?? request.markers.count
            if known == nil {
                var form = WriteTxnMarkersRequest.WritableTxnMarker()
                (form.producerId, form.producerEpoch, form.coordinatorEpoch) = (marker.producerId, marker.producerEpoch, marker.coordinatorEpoch)
                (form.transactionResult, form.transactionVersion) = (marker.commits, Int8(clamping: marker.version))
                request.markers.append(form)
            }
            if let topic = request.markers[row].topics.firstIndex(where: { $0.name == item.partition.topic }) {
                request.markers[row].topics[topic].partitionIndexes.append(item.partition.partition)
            } else {
                var topic = WriteTxnMarkersRequest.WritableTxnMarker.WritableTxnMarkerTopic()
                topic.name = item.partition.topic
                topic.partitionIndexes = [item.partition.partition]
                request.markers[row].topics.append(topic)
            }
        }
        return (request, items.map { Place(producerId: $0.marker.producerId, partition: $0.partition) })
    }

    private static func errors(_ result: Result<WriteTxnMarkersResponse, PeerFailure>, _ places: [Place]) -> [ErrorCode] {
        guard case .success(let response) = result else { return places.map { _ in .networkException } }
        var errors: [Place: ErrorCode] = [:]
        for marker in response.markers {
            for topic in marker.topics {
                for row in topic.partitions {
                    errors[Place(producerId: marker.producerId, partition: TopicPartition(topic.name, row.partitionIndex))] = row.errorCode
                }
            }
        }
        return places.map { errors[$0] ?? .unknownServerError }
    }
}
