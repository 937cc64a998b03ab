import KafkaProtocol
import Vocabulary

/// What a partition's replica knows of a producer that wrote to it (KIP-664).
public struct ProducerState: Hashable, Sendable {
    public let producerId: Int64
    public let producerEpoch: Int32
    /// The last sequence number; -1 when there is none, as behind a transaction's marker.
    public let lastSequence: Int32
    /// When it wrote last, in milliseconds since 1970-01-01 UTC; -1 when there is none.
    public let lastTimestamp: Int64
    /// The epoch of the coordinator that wrote the last marker; nil when there was none.
    public let coordinatorEpoch: Int32?
    /// Where its open transaction begins; nil when none is open.
    public let currentTransactionStartOffset: Int64?
}

extension ProducerState {
    fileprivate init(_ wire: DescribeProducersResponse.TopicResponse.PartitionResponse.ProducerState) {
        self.init(
            producerId: wire.producerId, producerEpoch: wire.producerEpoch, lastSequence: wire.lastSequence, lastTimestamp: wire.lastTimestamp,
            coordinatorEpoch: wire.coordinatorEpoch < 0 ? nil : wire.coordinatorEpoch,
            currentTransactionStartOffset: wire.currentTxnStartOffset < 0 ? nil : wire.currentTxnStartOffset)
    }
}

/// A transaction of one partition that is to be aborted by hand.
public struct AbortTransactionSpec: Hashable, Sendable, CustomStringConvertible {
    public let partition: TopicPartition
    public let producerId: Int64
    public let producerEpoch: Int16
    public let coordinatorEpoch: Int32

    public init(partition: TopicPartition, producerId: Int64, producerEpoch: Int16, coordinatorEpoch: Int32) {
        self.partition = partition
        self.producerId = producerId
        self.producerEpoch = producerEpoch
        self.coordinatorEpoch = coordinatorEpoch
    }

    /// As Java writes it in its texts.
    public var description: String {
        "AbortTransactionSpec(topicPartition=\(partition), producerId=\(producerId), producerEpoch=\(producerEpoch), coordinatorEpoch=\(coordinatorEpoch))"
    }
}

// Producers as partitions know them. Which failures stay, and their texts, are those of Java's DescribeProducersHandler and AbortTransactionHandler.
extension Admin {
    /// The producers that each partition knows, in the broker's order.
    /// - Parameter broker: whose replicas are asked; nil for the leaders.
    public func describeProducers(
        _ partitions: [TopicPartition], broker: Int32? = nil
    ) throws(ClientError) -> [TopicPartition: Result<[ProducerState], ClientError>] {
        try ask(
            about: Set(partitions), broker: broker,
            PartitionCall(name: "describeProducers", build: Self.describeProducersRequest) { response in
                var outcomes: [TopicPartition: PartitionOutcome<[ProducerState]>] = [:]
                for topic in response.topics {
                    for p in topic.partitions {
                        let partition = TopicPartition(topic.name, p.partitionIndex)
                        outcomes[partition] =
                            p.errorCode == .none
                            ? .done(p.activeProducers.map { ProducerState($0) })
                            : Self.describeFailure(p.errorCode, p.errorMessage, of: partition, broker: broker)
                    }
                }
                return outcomes
            })
    }

    private static func describeProducersRequest(_ partitions: [TopicPartition]) -> DescribeProducersRequest {
        var request = DescribeProducersRequest()
        request.topics = Dictionary(grouping: partitions, by: \.topic).sorted { $0.key < $1.key }.map { name, partitions in
            var topic = DescribeProducersRequest.TopicRequest()
            topic.name = name
            topic.partitionIndexes = partitions.map(\.partition).sorted()
            return topic
        }
        return request
    }

    private static func describeFailure(
        _ code: ErrorCode, _ message: String?, of partition: TopicPartition, broker: Int32?
    ) -> PartitionOutcome<[ProducerState]> {
        switch code {
        case .unknownTopicOrPartition: return .again(code)
        case .notLeaderOrFollower:
            guard let broker else { return .again(code) }
            return .failed(ClientError(code: code, message: "Failed to describe active producers for partition \(partition) on brokerId \(broker)"))
        case .invalidTopicException:
            let text = message ?? code.message
            return .failed(
                ClientError(code: code, message: "Failed to fetch metadata for partition \(partition) due to invalid topic error: \(text)"))
        case .topicAuthorizationFailed:
            let text = "Failed to describe active producers for partition \(partition) due to authorization failure on topic `\(partition.topic)`"
            return .failed(ClientError(code: code, message: text))
        default:
            return .failed(ClientError(code: code, message: "Failed to describe active producers for partition \(partition) due to unexpected error"))
        }
    }

    /// Writes an abort marker for one producer into one partition, whatever the coordinator knows of a transaction there (KIP-664).
    public func abortTransaction(_ spec: AbortTransactionSpec) throws(ClientError) {
        let results = try ask(
            about: [spec.partition],
            PartitionCall(name: "abortTransaction", build: { _ in Self.abortRequest(spec) }) { [spec.partition: Self.abortOutcome($0, spec)] })
        _ = try results[spec.partition]?.get()
    }

    private static func abortRequest(_ spec: AbortTransactionSpec) -> WriteTxnMarkersRequest {
        var topic = WriteTxnMarkersRequest.WritableTxnMarker.WritableTxnMarkerTopic()
        topic.name = spec.partition.topic
        topic.partitionIndexes = [spec.partition.partition]
        var marker = WriteTxnMarkersRequest.WritableTxnMarker()
        marker.producerId = spec.producerId
        marker.producerEpoch = spec.producerEpoch
        marker.coordinatorEpoch = spec.coordinatorEpoch
        marker.transactionResult = false
        marker.topics = [topic]
        var request = WriteTxnMarkersRequest()
        request.markers = [marker]
        return request
    }

    private static func abortOutcome(_ response: WriteTxnMarkersResponse, _ spec: AbortTransactionSpec) -> PartitionOutcome<Void> {
        let answers = response.markers.filter { $0.producerId == spec.producerId }.flatMap(\.topics).filter { $0.name == spec.partition.topic }
            .flatMap(\.partitions).filter { $0.partitionIndex == spec.partition.partition }
        guard let code = answers.first?.errorCode, answers.count == 1, response.markers.count == 1 else {
            return .failed(ClientError(.malformed, message: "WriteTxnMarkers response did not answer the one entry with producerId \(spec.producerId)"))
        }
        let reason: String
        switch code {
        case .none: return .done(())
        case .notLeaderOrFollower, .replicaNotAvailable, .brokerNotAvailable, .unknownTopicOrPartition: return .again(code)
        case .clusterAuthorizationFailed: reason = "due to cluster authorization error"
        case .invalidProducerEpoch: reason = "due an invalid producer epoch"
        case .transactionCoordinatorFenced:
            reason = "since the provided coordinator epoch \(spec.coordinatorEpoch) has been fenced by the active coordinator"
        default: reason = "due to unexpected error: \(code.message)"
        }
        return .failed(ClientError(code: code, message: "WriteTxnMarkers request with \(spec) failed \(reason)"))
    }
}
