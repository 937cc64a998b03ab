import KafkaProtocol
import Vocabulary

/// How a snapshot is fetched, in pieces, from the leader that named it.
extension QuorumObserver {
    /// The leader's log does not reach back to where the copy ends.
    mutating func begin(_ snapshot: MetadataSnapshot) throws(MetadataError) -> Outcome {
        if download?.snapshot == snapshot { return .progress }
        // The log begins anew where the snapshot ends, so that must lie ahead.
        guard (snapshot.epoch, snapshot.endOffset) > (replica.lastEpoch, replica.logEndOffset), snapshot.endOffset >= committedOffset,
            snapshot.epoch <= election.epoch
        else {
            return .nothing(
                "it names the snapshot \(snapshot.fileName), which is not ahead of this copy (end offset \(replica.logEndOffset), epoch \(replica.lastEpoch))")
        }
        dropDownload()
        try replica.beginSnapshot(snapshot)
        download = Download(snapshot: snapshot)
        return .progress
    }

    mutating func handle(_ response: FetchSnapshotResponse, now: Int64) throws(MetadataError) -> Outcome {
        if let outcome = outcome(of: response.errorCode) { return outcome }
        guard response.topics.count == 1, let topic = response.topics.first, topic.name == TopicName.clusterMetadata, topic.partitions.count == 1,
            let partition = topic.partitions.first, partition.index == 0
        else { return .nothing("its answer is not about \(TopicPartition.clusterMetadata)") }
        let leader = partition.currentLeader
        let endpoints = response.nodeEndpoints.map { (id: $0.nodeId, address: HostPort(host: $0.host, port: Int($0.port))) }
        let announced = Announcement(leaderId: leader.leaderId, epoch: leader.leaderEpoch, endpoints: endpoints)
        if let outcome = try note(announced, partition.errorCode, now: now) { return outcome }
        guard let download else { return .nothing("it sent a piece of a snapshot that was not asked for") }
        let id = partition.snapshotId
        switch partition.errorCode {
        case .none where id.endOffset >= 0 && id.epoch >= 0: break
        case .none, .snapshotNotFound:
            return startOver("it has the snapshot \(download.snapshot.fileName) no more", now: now)
        // Not the file that the first pieces were of.
        case .positionOutOfRange: return startOver("its snapshot \(download.snapshot.fileName) ends before byte \(download.position)", now: now)
        default: return .nothing(partition.errorCode.name)
        }
        guard MetadataSnapshot(endOffset: id.endOffset, epoch: id.epoch) == download.snapshot, partition.position == download.position,
            partition.size == download.size ?? partition.size
        else { return startOver("it sent another piece than byte \(download.position) on of \(download.snapshot.fileName)", now: now) }
        return try take(partition.unalignedRecords?.bytes ?? .empty, size: partition.size, download, now: now)
    }

    private mutating func take(_ piece: Bytes, size: Int64, _ begun: Download, now: Int64) throws(MetadataError) -> Outcome {
        let position = begun.position + Int64(piece.count)
        guard !piece.isEmpty, position <= size else {
            return startOver("it sent \(piece.count) bytes behind byte \(begun.position) of a snapshot of \(size)", now: now)
        }
        try replica.appendToSnapshot(piece)
        guard position == size else {
            download = Download(snapshot: begun.snapshot, position: position, size: size)
            fetchDeadlineMs = now + settings.fetchTimeoutMs
            return .progress
        }
        download = nil
        if let damage = try replica.installSnapshot() { return .nothing("its snapshot \(begun.snapshot.fileName) is not whole: \(damage)") }
        highWatermark = max(highWatermark ?? 0, begun.snapshot.endOffset)
        fetchDeadlineMs = now + settings.fetchTimeoutMs
        return .progress
    }

    /// What there is of the snapshot goes, and the next Fetch is answered with what the leader has now.
    private mutating func startOver(_ reason: String, now: Int64) -> Outcome {
        dropDownload()
        fetchDeadlineMs = now + settings.fetchTimeoutMs
        return .nothing(reason)
    }
}
