import Coordination
import KafkaProtocol
import LogStorage
import Synchronization
import Vocabulary

/// The metadata log of a node that is its own controller: `__cluster_metadata-0`, and the snapshots beside it that stand for its beginning. Records are
/// appended and committed by one thread at a time; `maintain` may run on another.
final class LocalMetadataSource: MetadataSource {
    private let log: PartitionLog
    private let disk: any Disk
    private let storage: LogDirectories
    private let files: SnapshotFiles
    private let settings: BrokerSettings
    private let isSynced: Bool
    private let upkeep: MetadataLogUpkeep
    private let state = Mutex(State())

    private struct State: Sendable {
        var quorum = QuorumControl()
        /// The newest epoch that the snapshot of the start or the quorum's state tells of.
        var knownEpoch = LeaderEpoch(1)
        var earlierRemovals: [Uuid] = []
    }

    /// Opens the log. Nothing is read of it before `records`.
    /// - Parameter now: milliseconds since the epoch
    init(storage: LogDirectories, disk: any Disk, settings: BrokerSettings, isSynced: Bool, now: Int64) throws(LogDirectoryError) {
        self.storage = storage
        self.disk = disk
        self.settings = settings
        self.isSynced = isSynced
        log = try storage.metadata.openPartition(.clusterMetadata, topicId: MetadataService.topicId, config: LogConfig(metadata: settings), now: now)
        files = SnapshotFiles(disk: disk, directory: "\(storage.metadata.path)/\(TopicPartition.clusterMetadata)")
        upkeep = MetadataLogUpkeep(log, files, disk: disk, storage: storage, settings: settings, now: now)
    }

    var nextOffset: Int64 { log.logEndOffset.value }

    /// The leader epoch that new records get: the last one of a log taken over from Kafka goes on.
    var epoch: LeaderEpoch { max(state.withLock { $0.knownEpoch }, log.latestLeaderEpoch) }

    var earlierRemovals: [Uuid] { state.withLock { $0.earlierRemovals } }

    // MARK: Reading

    /// From the first offset on, the newest sound snapshot stands for what precedes it.
    func records(from start: Int64, _ body: (Bytes, Int64) throws(MetadataError) -> Void) throws(MetadataError) {
        var offset = Offset(start)
        var found = State()
        do {
            if let (snapshot, contents) = try files.newest(from: log.logStartOffset).sound {
                found.quorum = contents.quorum
                found.knownEpoch = max(LeaderEpoch(1), LeaderEpoch(snapshot.epoch))
                if snapshot.endOffset > start {
                    offset = Offset(snapshot.endOffset)
                    found.earlierRemovals = try removals(upTo: offset)
                    for value in contents.values { try body(value, snapshot.endOffset - 1) }
                    upkeep.begin(at: snapshot.endOffset)
                }
            }
            guard offset >= log.logStartOffset else {
                throw MetadataError("the metadata log begins at offset \(log.logStartOffset), and no snapshot in \(files.directory) reaches that far")
            }
            try log.walk(from: offset, to: log.logEndOffset) { batch in
                upkeep.note(bytes: batch.sizeInBytes)
                for record in try batch.records() where Offset(record.offset) >= offset {
                    guard !batch.isControl else {
                        found.quorum.note(record)
                        continue
                    }
                    guard let value = record.value else { throw MetadataError("a record without a value at offset \(record.offset)") }
                    try body(value, record.offset)
                }
            }
        } catch let error as MetadataError {
            throw error
        } catch {
            throw MetadataError("the metadata log is not readable: \(error)")
        }
        try checkVoters(found.quorum)
        state.withLock { $0 = found }
    }

    /// Refuses the log of a quorum that has other voters than this node: what it holds is not this node's to decide about alone.
    private func checkVoters(_ quorum: QuorumControl) throws(MetadataError) {
        guard let voters = quorum.voters, voters.contains(where: { $0 != settings.nodeId }) else { return }
        let names = voters.map { String($0) }.joined(separator: ", ")
        throw MetadataError("the metadata log is that of a quorum with the voters \(names), and this broker, node \(settings.nodeId), is its own quorum")
    }

    /// Topics of whose removal the log tells below an offset.
    private func removals(upTo end: Offset) throws -> [Uuid] {
        var removed: [Uuid] = []
        // Frame version and record type; no other record is worth decoding here.
        let start: [UInt8] = [1, UInt8(RemoveTopicRecord.recordType)]
        try log.walk(from: log.logStartOffset, to: end) { batch in
            guard !batch.isControl else { return }
            for record in try batch.records() {
                guard let value = record.value, value.count > 2, value[0] == start[0], value[1] == start[1] else { continue }
                if let removal = try MetadataRecord.decode(value).message as? RemoveTopicRecord { removed.append(removal.topicId) }
            }
        }
        return removed
    }

    // MARK: Writing

    func append(_ values: [Bytes]) throws(ErrorCode) -> Int64 {
        let now = settings.clock()
        let builder = RecordBatchBuilder()
        for value in values { builder.append(timestamp: now, key: nil, value: value) }
        let batch = builder.build()
        do {
            let info = try log.append(batch, leaderEpoch: epoch, now: now, origin: .coordinator)
            upkeep.note(bytes: batch.count)
            return info.firstOffset.value
        } catch {
            throw .kafkaStorageError
        }
    }

    func commit() throws(ErrorCode) {
        guard isSynced else { return }
        do {
            _ = try log.sync()
        } catch {
            throw .kafkaStorageError
        }
    }

    /// Writes down that this node, the only voter, leads the quorum in the epoch of the log, for the next controller to go on from there. To be called once
    /// the records are read.
    func writeQuorumState() throws(LogDirectoryError) {
        do throws(DiskError) {
            switch try QuorumState.read(disk, files.directory) {
            case .known(let old): state.withLock { $0.knownEpoch = max($0.knownEpoch, old.leaderEpoch) }
            case .damaged: settings.log.warn(.recovery, "\(files.directory)/\(QuorumState.fileName) is damaged and written anew")
            case .missing: break
            }
            let hasVoters = state.withLock { $0.quorum.kraftVersion == 0 }
            try QuorumState(leaderId: settings.nodeId, leaderEpoch: epoch, voters: hasVoters ? [settings.nodeId] : nil).write(disk, files.directory)
        } catch {
            throw .disk(error)
        }
    }

    // MARK: Snapshots

    /// Writes a snapshot when one is due, and trims the log behind it.
    func maintain(_ image: MetadataImage, now: Int64) {
        let quorum = state.withLock { $0.quorum }
        upkeep.maintain(image, now: now, quorum: { _ in quorum })
    }
}
