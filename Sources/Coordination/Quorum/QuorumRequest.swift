import KafkaProtocol
import Vocabulary

/// A request to the quorum, and to whom. Its answer goes to `QuorumObserver.answered` under its id.
public struct QuorumRequest: Sendable {
    public var id: Int
    public var place: QuorumPlace
    /// No answer after that long is none.
    public var timeoutMs: Int64
    public var message: Message

    /// In the newest version that both sides have, of those named.
    public enum Message: Sendable {
        /// Versions `QuorumRequest.fetchVersions`.
        case fetch(FetchRequest)
        /// Versions 0 and 1.
        case fetchSnapshot(FetchSnapshotRequest)
    }

    /// 12: the epoch of the last record; 13: topics by id; 15: the replica's state; 16: endpoints of the leader; 17: its directory; 18: its high watermark.
    /// The message holds what each of them wants.
    public static let fetchVersions: ClosedRange<Int16> = 12...18
}

extension QuorumObserver {
    /// `__cluster_metadata`, the same in every cluster.
    public static let topicId = Uuid(high: 0, low: 1)

    /// Only the leader has the snapshot that is being fetched.
    func message(to place: QuorumPlace) -> QuorumRequest.Message {
        if let download, place == leader { return .fetchSnapshot(fetchSnapshot(download)) }
        return .fetch(fetch)
    }

    private var fetch: FetchRequest {
        var partition = FetchRequest.FetchTopic.FetchPartition()
        partition.currentLeaderEpoch = election.epoch
        partition.fetchOffset = replica.logEndOffset
        partition.lastFetchedEpoch = replica.lastEpoch
        partition.replicaDirectoryId = settings.directoryId
        // The leader answers at once when it knows a higher one.
        partition.highWatermark = highWatermark ?? -1
        var topic = FetchRequest.FetchTopic()
        topic.topic = TopicName.clusterMetadata
        topic.topicId = Self.topicId
        topic.partitions = [partition]
        var request = FetchRequest()
        request.clusterId = settings.clusterId
        request.replicaId = settings.nodeId
        request.replicaState.replicaId = settings.nodeId
        request.maxWaitMs = settings.fetchMaxWaitMs
        request.maxBytes = settings.fetchMaxBytes
        request.topics = [topic]
        return request
    }

    private func fetchSnapshot(_ download: Download) -> FetchSnapshotRequest {
        var partition = FetchSnapshotRequest.TopicSnapshot.PartitionSnapshot()
        partition.currentLeaderEpoch = election.epoch
        partition.snapshotId.endOffset = download.snapshot.endOffset
        partition.snapshotId.epoch = download.snapshot.epoch
        partition.position = download.position
        partition.replicaDirectoryId = settings.directoryId
        var topic = FetchSnapshotRequest.TopicSnapshot()
        topic.name = TopicName.clusterMetadata
        topic.partitions = [partition]
        var request = FetchSnapshotRequest()
        request.clusterId = settings.clusterId
        request.replicaId = settings.nodeId
        request.maxBytes = settings.fetchSnapshotMaxBytes
        request.topics = [topic]
        return request
    }
}
