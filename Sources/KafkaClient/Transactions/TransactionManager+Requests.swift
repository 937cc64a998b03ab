import KafkaProtocol
import Vocabulary

// Which request is next, and what it says.
extension TransactionManager {
    /// The newest versions of the protocol before KIP-890's second part; later ones tell the broker that the client follows it.
    enum LastClassicVersion {
        static let produce: Int16 = 11
        static let txnOffsetCommit: Int16 = 4
        static let endTxn: Int16 = 4
    }

    /// The request to send now; nil while one is under way, or none is due.
    /// - Parameter isDrained: no record is waiting or in flight; a transaction does not end before.
    mutating func next(_ now: Int64, isDrained: Bool) -> TransactionRequest? {
        guard underWay == nil, state != .fatalError else { return nil }
        if !newPartitions.isEmpty {
            pendingPartitions.formUnion(newPartitions)
            newPartitions = []
            if !queue.contains(where: { $0.kind == .addPartitions }) { enqueue(Pending(kind: .addPartitions, outcome: nil)) }
        }
        while let pending = queue.first {
            if case .end = pending.kind {
                guard isDrained else { return nil }
                if !hasStarted {
                    // The coordinator has heard of nothing that could end.
                    queue.removeFirst()
                    reset(pending.outcome)
                    continue
                }
            }
            guard pending.notBefore <= now else { return nil }
            queue.removeFirst()
            underWay = pending
            return request(pending.kind)
        }
        return nil
    }

    private func request(_ kind: Pending.Kind) -> TransactionRequest {
        switch kind {
        case .initProducerId(let old):
            var request = InitProducerIdRequest()
            request.transactionalId = id
            request.transactionTimeoutMs = timeoutMs
            request.producerId = old.id
            request.producerEpoch = old.epoch
            return .initProducerId(request)
        case .addPartitions:
            var request = AddPartitionsToTxnRequest()
            request.v3AndBelowTransactionalId = id
            request.v3AndBelowProducerId = identity.id
            request.v3AndBelowProducerEpoch = identity.epoch
            request.v3AndBelowTopics = Self.byTopic(pendingPartitions).map { topic, partitions in
                var entry = AddPartitionsToTxnRequest.AddPartitionsToTxnTopic()
                entry.name = topic
                entry.partitions = partitions.map(\.partition)
                return entry
            }
            return .addPartitions(request)
        case .addOffsets(_, let group):
            var request = AddOffsetsToTxnRequest()
            request.transactionalId = id
            request.producerId = identity.id
            request.producerEpoch = identity.epoch
            request.groupId = group.groupId
            return .addOffsets(request)
        case .commitOffsets(let offsets, let group, let isVersion2):
            let newest = isVersion2 ? TxnOffsetCommitRequest.versions.upperBound : LastClassicVersion.txnOffsetCommit
            return .commitOffsets(commitRequest(offsets, group), versions: (group.namesMember ? 3 : 0)...newest)
        case .end(let commits, let isVersion2):
            var request = EndTxnRequest()
            request.transactionalId = id
            request.producerId = identity.id
            request.producerEpoch = identity.epoch
            request.committed = commits
            return .end(request, versions: 0...(isVersion2 ? EndTxnRequest.versions.upperBound : LastClassicVersion.endTxn))
        }
    }

    private func commitRequest(_ offsets: [TopicPartition: CommitOffset], _ group: ConsumerGroupMetadata) -> TxnOffsetCommitRequest {
        var request = TxnOffsetCommitRequest()
        request.transactionalId = id
        request.producerId = identity.id
        request.producerEpoch = identity.epoch
        request.groupId = group.groupId
        request.generationId = group.generationId
        request.memberId = group.memberId
        request.groupInstanceId = group.groupInstanceId
        request.topics = Self.byTopic(offsets.keys).map { topic, partitions in
            var entry = TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic()
            entry.name = topic
            entry.partitions = partitions.map { partition in
                var field = TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic.TxnOffsetCommitRequestPartition()
                field.partitionIndex = partition.partition
                if let offset = offsets[partition] {
                    field.committedOffset = offset.offset
                    field.committedLeaderEpoch = offset.leaderEpoch
                    field.committedMetadata = offset.metadata
                }
                return field
            }
            return entry
        }
        return request
    }

    private static func byTopic(_ partitions: some Sequence<TopicPartition>) -> [(topic: String, partitions: [TopicPartition])] {
        Dictionary(grouping: partitions, by: \.topic).sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted()) }
    }
}
