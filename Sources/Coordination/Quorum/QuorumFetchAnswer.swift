import KafkaProtocol
import Vocabulary

/// What the leader says to a Fetch: records, or that the copy must be cut back, or that a snapshot stands for what is asked for.
extension QuorumObserver {
    private typealias Partition = FetchResponse.FetchableTopicResponse.PartitionData

    mutating func handle(_ response: FetchResponse, now: Int64) throws(MetadataError) -> Outcome {
        if let outcome = outcome(of: response.errorCode) { return outcome }
        guard response.responses.count == 1, let topic = response.responses.first, topic.partitions.count == 1, let partition = topic.partitions.first,
            topic.topicId == Self.topicId || (topic.topicId == .zero && topic.topic == TopicName.clusterMetadata), partition.partitionIndex == 0
        else { return .nothing("its answer is not about \(TopicPartition.clusterMetadata)") }
        let leader = partition.currentLeader
        let endpoints = response.nodeEndpoints.map { (id: $0.nodeId, address: HostPort(host: $0.host, port: Int($0.port))) }
        let announced = Announcement(leaderId: leader.leaderId, epoch: leader.leaderEpoch, endpoints: endpoints)
        if let outcome = try note(announced, partition.errorCode, now: now) { return outcome }
        guard partition.errorCode == .none else { return .nothing(partition.errorCode.name) }
        let outcome = try take(partition)
        if case .progress = outcome { fetchDeadlineMs = now + settings.fetchTimeoutMs }
        return outcome
    }

    private mutating func take(_ partition: Partition) throws(MetadataError) -> Outcome {
        if partition.divergingEpoch.epoch >= 0 { return try truncate(partition.divergingEpoch) }
        let snapshot = partition.snapshotId
        if snapshot.epoch >= 0 || snapshot.endOffset >= 0 {
            guard snapshot.epoch >= 0, snapshot.endOffset > 0 else {
                return .nothing("it names a snapshot that cannot be: \(snapshot.endOffset), epoch \(snapshot.epoch)")
            }
            return try begin(MetadataSnapshot(endOffset: snapshot.endOffset, epoch: snapshot.epoch))
        }
        let outcome = try append(partition.records)
        // The leader's may lie behind what the copy has.
        let committed = min(partition.highWatermark, replica.logEndOffset)
        if committed >= 0 { highWatermark = max(highWatermark ?? 0, committed) }
        return outcome
    }

    // MARK: Records

    /// Appends what follows the copy's end. A batch may be cut short at the end of an answer; everything else that is not as it must be is damage, and is
    /// asked for again.
    private mutating func append(_ records: RecordData?) throws(MetadataError) -> Outcome {
        guard let bytes = records?.bytes, !bytes.isEmpty else { return .progress }
        var batches: [RecordBatch] = []
        var end = replica.logEndOffset, epoch = replica.lastEpoch
        var damage: String?
        var iterator = RecordBatches(bytes).makeIterator()
        while damage == nil, let batch = iterator.next() {
            damage = self.damage(of: batch, end: end, epoch: epoch)
            guard damage == nil else { break }
            batches.append(batch)
            (end, epoch) = (batch.nextOffset, batch.partitionLeaderEpoch)
        }
        if !batches.isEmpty { try replica.append(batches) }
        if let failure = iterator.failure, failure != .truncated || batches.isEmpty { damage = "\(failure)" }
        return damage.map { .nothing("it sent damaged records behind offset \(end): \($0)") } ?? .progress
    }

    private func damage(of batch: RecordBatch, end: Int64, epoch: Int32) -> String? {
        guard batch.isCrcValid else { return "the batch has a wrong checksum" }
        guard batch.baseOffset == end, batch.lastOffsetDelta >= 0 else {
            return "the batch has the offsets \(batch.baseOffset) to \(batch.lastOffset), and \(end) must come next"
        }
        guard batch.partitionLeaderEpoch >= epoch, batch.partitionLeaderEpoch <= election.epoch else {
            return "the batch is of epoch \(batch.partitionLeaderEpoch), behind one of epoch \(epoch), in epoch \(election.epoch)"
        }
        return nil
    }

    // MARK: Divergence

    /// Cuts back to where the copy and the leader's log may still be the same: the end of the leader's newest epoch that is not above the copy's last, as far
    /// as the copy has that epoch.
    private mutating func truncate(_ diverging: Partition.EpochEndOffset) throws(MetadataError) -> Outcome {
        guard diverging.endOffset >= 0 else { return .nothing("it names an end of epoch \(diverging.epoch) that cannot be: \(diverging.endOffset)") }
        guard diverging.endOffset >= committedOffset else { return lost("ends epoch \(diverging.epoch) at offset \(diverging.endOffset)") }
        let own = replica.endOffset(ofEpoch: diverging.epoch)
        let offset = own.epoch == diverging.epoch ? min(own.endOffset, diverging.endOffset) : own.endOffset
        guard offset < replica.logEndOffset else { return .nothing("its log diverges where this copy has nothing") }
        guard offset >= committedOffset else { return lost("shares nothing with this copy from offset \(offset) on") }
        try replica.truncate(to: offset)
        guard replica.logEndOffset >= committedOffset else { return lost("shares nothing with this copy from offset \(replica.logEndOffset) on") }
        return .progress
    }

    private func lost(_ what: String) -> Outcome {
        .failure(.lostCommitted("the log of the active controller \(what), below offset \(committedOffset), up to which the quorum had committed"))
    }
}
