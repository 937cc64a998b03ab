import Coordination
import KafkaProtocol
import LogStorage
import Synchronization
import Vocabulary

/// The copy of a quorum's metadata log that this node keeps as an observer: `__cluster_metadata-0`, byte for byte the leader's batches, with snapshots and
/// `quorum-state` beside it. Every append is durable when it returns, so that a start after a power failure finds no gap.
final class MetadataLogCopy: MetadataReplica, Sendable {
    private let log: PartitionLog
    private let disk: any Disk
    private let files: SnapshotFiles
    private let isSynced: Bool
    /// `controller.quorum.voters`, for the file of a quorum whose log does not name them.
    private let voters: [Int32]
    private let clock: @Sendable () -> Int64
    private let operatorLog: OperatorLog
    private let upkeep: MetadataLogUpkeep
    private let state: Mutex<State>

    private struct State: Sendable {
        var latestSnapshot: MetadataSnapshot?
        var quorum = QuorumHistory()
        var election: QuorumElection
        var unfinished: UnfinishedSnapshot?
    }

    /// Opens the copy, and finishes the installation of a snapshot that a crash cut off.
    init(storage: LogDirectories, disk: any Disk, settings: BrokerSettings, voters: [Int32], isSynced: Bool, now: Int64) throws {
        let log = try storage.metadata.openPartition(.clusterMetadata, topicId: MetadataService.topicId, config: LogConfig(metadata: settings), now: now)
        let files = SnapshotFiles(disk: disk, directory: "\(storage.metadata.path)/\(TopicPartition.clusterMetadata)")
        var start = State(election: try Self.readElection(disk, files.directory, settings.log))
        try Self.readEpochs(log)
        if let (snapshot, contents) = try files.newest(from: log.logStartOffset).sound, snapshot.endOffset > 0 {
            if Self.isAhead(snapshot, of: log) { try log.restart(at: Offset(snapshot.endOffset), now: now) }
            start.latestSnapshot = snapshot
            start.quorum.begin(with: contents.quorum)
        } else if log.logStartOffset > .zero {
            throw MetadataError("the metadata log begins at offset \(log.logStartOffset), and no snapshot in \(files.directory) reaches that far")
        }
        let upkeep = MetadataLogUpkeep(log, files, disk: disk, storage: storage, settings: settings, now: now)
        if let snapshot = start.latestSnapshot { upkeep.begin(at: snapshot.endOffset) }
        let offset = max(log.logStartOffset, Offset(start.latestSnapshot?.endOffset ?? 0))
        try log.walk(from: offset, to: log.logEndOffset) { batch in
            start.quorum.note(batch)
            upkeep.note(bytes: batch.sizeInBytes)
        }
        self.log = log
        self.disk = disk
        self.files = files
        self.isSynced = isSynced
        self.upkeep = upkeep
        self.voters = voters
        clock = settings.clock
        operatorLog = settings.log
        state = Mutex(start)
    }

    /// The log may have been cut, and written anew, since its file of epochs was.
    private static func readEpochs(_ log: PartitionLog) throws {
        var rows: [(epoch: LeaderEpoch, startOffset: Offset)] = []
        try log.walk(from: log.logStartOffset, to: log.logEndOffset) { batch in
            let epoch = LeaderEpoch(batch.partitionLeaderEpoch)
            if rows.last.map({ $0.epoch < epoch }) ?? true { rows.append((epoch, Offset(batch.baseOffset))) }
        }
        log.replaceLeaderEpochs(rows)
    }

    /// A snapshot that is there stands for what the quorum has committed, and a log that ends before it, or in an earlier epoch, does not go on from it.
    private static func isAhead(_ snapshot: MetadataSnapshot, of log: PartitionLog) -> Bool {
        let end = Offset(snapshot.endOffset), epoch = LeaderEpoch(snapshot.epoch)
        guard log.logEndOffset > log.logStartOffset else { return log.logEndOffset != end }
        return end > log.logEndOffset || epoch > log.latestLeaderEpoch
    }

    private static func readElection(_ disk: any Disk, _ directory: String, _ operatorLog: OperatorLog) throws(DiskError) -> QuorumElection {
        switch try QuorumState.read(disk, directory) {
        case .known(let known): return QuorumElection(epoch: known.leaderEpoch.value, leaderId: known.leaderId >= 0 ? known.leaderId : nil)
        case .missing: return QuorumElection()
        case .damaged:
            operatorLog.warn(.recovery, "\(directory)/\(QuorumState.fileName) is damaged and written anew")
            return QuorumElection()
        }
    }

    // MARK: What is there

    var logStartOffset: Int64 { log.logStartOffset.value }
    var logEndOffset: Int64 { log.logEndOffset.value }
    var latestSnapshot: MetadataSnapshot? { state.withLock { $0.latestSnapshot } }
    var quorum: QuorumControl { state.withLock { $0.quorum.latest } }
    var election: QuorumElection { state.withLock { $0.election } }

    var lastEpoch: Int32 {
        let offsets = log.offsets
        if offsets.end > offsets.start { return log.latestLeaderEpoch.value }
        return latestSnapshot.map(\.epoch) ?? 0
    }

    func endOffset(ofEpoch epoch: Int32) -> (epoch: Int32, endOffset: Int64) {
        if epoch >= lastEpoch { return (lastEpoch, logEndOffset) }
        let known = log.endOffset(forEpoch: LeaderEpoch(epoch))
        // Below the log's first epoch the log names the one that was asked for, and its own start.
        guard known.endOffset > log.logStartOffset else { return (-1, logStartOffset) }
        return (known.leaderEpoch.value, known.endOffset.value)
    }

    // MARK: Changes

    func append(_ batches: [RecordBatch]) throws(MetadataError) {
        try changing("append to") { [self] () throws in
            for batch in batches {
                _ = try log.append(batch.bytes, leaderEpoch: LeaderEpoch(batch.partitionLeaderEpoch), now: clock(), origin: .replication)
            }
            try sync()
        }
        upkeep.note(bytes: batches.reduce(0) { $0 + $1.sizeInBytes })
        state.withLock { state in for batch in batches { state.quorum.note(batch) } }
    }

    func truncate(to offset: Int64) throws(MetadataError) {
        try changing("cut") { [self] () throws in
            _ = try log.truncate(to: Offset(offset), now: clock())
            try sync()
        }
        operatorLog.info(.metadata, "the copy of the quorum's metadata log was cut back to offset \(logEndOffset), from where on the leader's differs")
        let end = logEndOffset
        state.withLock { $0.quorum.truncate(to: end) }
    }

    private func sync() throws(LogError) { if isSynced { try log.sync() } }

    func write(_ election: QuorumElection) throws(MetadataError) {
        let isStatic = quorum.kraftVersion == 0
        let file = QuorumState(leaderId: election.leaderId ?? -1, leaderEpoch: LeaderEpoch(election.epoch), voters: isStatic ? voters : nil)
        try changing("write \(QuorumState.fileName) of") { [self] () throws in try file.write(disk, files.directory) }
        state.withLock { $0.election = election }
    }

    private func changing<R>(_ deed: String, _ body: () throws -> R) throws(MetadataError) -> R {
        do { return try body() } catch { throw MetadataError("cannot \(deed) the copy of the metadata log: \(error)") }
    }

    // MARK: Snapshots

    func beginSnapshot(_ snapshot: MetadataSnapshot) throws(MetadataError) {
        dropUnfinishedSnapshot()
        try changing("begin the snapshot \(snapshot.fileName) of") { [self] () throws in
            let begun = try files.begin(snapshot)
            state.withLock { $0.unfinished = begun }
        }
    }

    func appendToSnapshot(_ piece: Bytes) throws(MetadataError) {
        try changing("write a snapshot of") { [self] () throws in
            try state.withLock { (state) throws in
                guard state.unfinished != nil else { throw MetadataError("none was begun") }
                try state.unfinished?.append(piece)
            }
        }
    }

    func installSnapshot() throws(MetadataError) -> SnapshotError? {
        try changing("install a snapshot of") { [self] () throws in
            guard let unfinished = state.withLock({ $0.unfinished.take() }) else { throw MetadataError("none was begun") }
            let contents: MetadataSnapshot.Contents
            switch try unfinished.contents() {
            case .failure(let damage):
                unfinished.drop()
                return damage
            case .success(let read): contents = read
            }
            let snapshot = unfinished.snapshot
            try upkeep.exclusively {
                try unfinished.finish()
                // After a crash here the next opening does the rest.
                try log.restart(at: Offset(snapshot.endOffset), now: clock())
                try sync()
                try files.remove(try files.list().filter { $0 < snapshot })
                state.withLock { state in
                    state.latestSnapshot = snapshot
                    state.quorum.begin(with: contents.quorum)
                }
            }
            upkeep.begin(at: snapshot.endOffset)
            operatorLog.info(.metadata, "the metadata begins with the snapshot \(snapshot.fileName) of the quorum's leader")
            return nil
        }
    }

    func dropUnfinishedSnapshot() {
        state.withLock { state in
            state.unfinished?.drop()
            state.unfinished = nil
        }
    }

    /// Writes a snapshot when one is due, and trims the copy behind it: every node does that for itself.
    /// - Parameter image: what all that is committed up to its offset amounts to
    func maintain(_ image: MetadataImage, now: Int64) {
        upkeep.maintain(image, now: now) { end in
            state.withLock { $0.quorum.known(before: end) }
        } onWritten: { snapshot in
            state.withLock { $0.latestSnapshot = max($0.latestSnapshot ?? snapshot, snapshot) }
        }
    }

    // MARK: What is committed

    func committed(from offset: Int64, to end: Int64, maxBytes: Int) throws(MetadataError) -> CommittedMetadata? {
        try changing("read") { [self] () throws in
            if let snapshot = latestSnapshot, offset < snapshot.endOffset, offset == 0 || offset < logStartOffset {
                return .snapshot(snapshot, values: try files.read(snapshot).get().values)
            }
            let read = try log.read(from: Offset(offset), maxBytes: maxBytes, minOneBatch: true, upTo: Offset(min(end, logEndOffset)))
            guard read.nextOffset > Offset(offset) else { return nil }
            var records: [CommittedMetadata.Record] = []
            for batch in RecordBatches(try read.records.gathered()) where !batch.isControl {
                for record in try batch.records() where record.offset >= offset {
                    guard let value = record.value else { throw MetadataError("a record without a value at offset \(record.offset)") }
                    records.append(CommittedMetadata.Record(offset: record.offset, value: value))
                }
            }
            return .records(records, nextOffset: read.nextOffset.value)
        }
    }
}
