import Coordination
import KafkaProtocol
import LogStorage
import Synchronization
import Vocabulary

/// Writes snapshots of the metadata beside its log when they are due, and lets go of what newer ones stand for, as the retention says: for the log of a node
/// that is its own controller, and for the copy of a quorum's log, which each node keeps short by itself. May be called on any thread, at any time.
final class MetadataLogUpkeep: Sendable {
    private let log: PartitionLog
    private let files: SnapshotFiles
    private let disk: any Disk
    private let storage: LogDirectories
    private let operatorLog: OperatorLog
    private let maxBytes: Int64
    private let maxIntervalMs: Int64
    private let startedMs: Int64
    private let retention: SnapshotRetention
    private let state: Mutex<State>
    /// When retention was last looked at (ms); held while files are changed.
    private let lastTrimMs: Mutex<Int64>

    private struct State: Sendable {
        var schedule: SnapshotSchedule
        /// The last failure that the operator was told of.
        var told: String?
    }

    /// Kafka looks at its retention this often.
    private static let trimIntervalMs: Int64 = 60_000

    /// - Parameter now: milliseconds since the epoch
    init(_ log: PartitionLog, _ files: SnapshotFiles, disk: any Disk, storage: LogDirectories, settings: BrokerSettings, now: Int64) {
        self.log = log
        self.files = files
        self.disk = disk
        self.storage = storage
        operatorLog = settings.log
        maxBytes = settings.int("metadata.log.max.record.bytes.between.snapshots")
        maxIntervalMs = settings.int("metadata.log.max.snapshot.interval.ms")
        startedMs = now
        retention = SnapshotRetention(maxBytes: settings.int("metadata.max.retention.bytes"), maxMs: settings.int("metadata.max.retention.ms"))
        state = Mutex(State(schedule: SnapshotSchedule(maxBytes: maxBytes, maxIntervalMs: maxIntervalMs, now: now)))
        lastTrimMs = Mutex(now)
    }

    /// Takes note of a snapshot that is there, for all that precedes an offset.
    func begin(at endOffset: Int64) {
        state.withLock { $0.schedule = SnapshotSchedule(maxBytes: maxBytes, maxIntervalMs: maxIntervalMs, endOffset: endOffset, now: startedMs) }
    }

    /// Takes note of batches that the log got, or that lie in it behind the last snapshot.
    func note(bytes count: Int) { state.withLock { $0.schedule.note(bytes: count) } }

    /// Does something that changes the log's beginning or its snapshots while nothing is written or trimmed here.
    func exclusively<R>(_ body: () throws -> R) rethrows -> R { try lastTrimMs.withLock { _ in try body() } }

    /// Writes a snapshot when one is due, and lets go of what its retention does not ask for. May take as long as writing all metadata takes. The operator is
    /// told of what fails, and it is tried again later.
    /// - Parameters:
    ///   - image: of committed records, and published: what follows from them has been done
    ///   - now: milliseconds since the epoch
    ///   - quorum: what control records before an offset say
    ///   - onWritten: called with a new snapshot before anything is let go for it
    func maintain(_ image: MetadataImage, now: Int64, quorum: (Int64) -> QuorumControl, onWritten: (MetadataSnapshot) -> Void = { _ in }) {
        _ = lastTrimMs.withLockIfAvailable { lastTrimMs in
            do {
                let isDue = state.withLock { $0.schedule.isDue(endOffset: image.offset + 1, now: now) }
                let written = isDue ? try writeSnapshot(of: image, now: now, quorum) : nil
                if let written { onWritten(written) }
                guard written != nil || now - lastTrimMs >= Self.trimIntervalMs else { return }
                // What stands in the way of trimming is soon gone, so that is tried again at the next look.
                lastTrimMs = storage.hasMarked ? now - Self.trimIntervalMs : now
                try trim(now: now)
                state.withLock { $0.told = nil }
            } catch {
                tell("\(error)", now: now)
            }
        }
    }

    private func tell(_ failure: String, now: Int64) {
        let isNews = state.withLock { state in
            state.schedule.failed(now: now)
            defer { state.told = failure }
            return state.told != failure
        }
        if isNews { operatorLog.error(.metadata, "the metadata log is kept whole for now: \(failure)") }
    }

    /// Writes a snapshot that stands for an image; nil when there is one already, or when the image ends within a batch, where no log could begin.
    private func writeSnapshot(of image: MetadataImage, now: Int64, _ quorum: (Int64) -> QuorumControl) throws -> MetadataSnapshot? {
        let last = Offset(image.offset), end = last + 1
        guard last >= log.logStartOffset, end <= log.logEndOffset else { return nil }
        let read = try log.read(from: last, maxBytes: 1, minOneBatch: true, upTo: end)
        guard let batch = RecordBatches(try read.records.gathered()).first(where: { Offset($0.nextOffset) == end }) else { return nil }
        let snapshot = MetadataSnapshot(endOffset: end.value, epoch: batch.partitionLeaderEpoch)
        let isThere = disk.exists(files.path(snapshot))
        if !isThere {
            var contents = MetadataSnapshot.Contents()
            contents.values = image.records.map { $0.encoded() }
            contents.lastContainedLogTimestamp = batch.maxTimestamp
            contents.quorum = quorum(end.value)
            try files.write(snapshot, contents, now: now)
            operatorLog.debug(.metadata, "wrote \(files.path(snapshot)), which stands for \(contents.values.count) records")
        }
        state.withLock { $0.schedule.taken(endOffset: end.value, now: now) }
        return isThere ? nil : snapshot
    }

    /// Removes old snapshots and the part of the log that newer ones stand for, as far as the retention says. While directories of deleted topics are still
    /// there, all stays: that their topics were removed is what the log alone can tell the next start.
    private func trim(now: Int64) throws {
        guard !storage.hasMarked else { return }
        var rows = try files.rows()
        while let next = retention.nextStart(rows, logSize: Int64(log.sizeInBytes), now: now) {
            if case .failure(let error) = try files.read(next) { throw MetadataError("\(files.path(next)): \(error)") }
            try files.remove(rows.map(\.snapshot).filter { $0 < next })
            let segments = try log.trim(to: Offset(next.endOffset))
            rows.removeAll { $0.snapshot < next }
            operatorLog.debug(.metadata, "the metadata log begins at offset \(next.endOffset) now; \(segments) segments were removed")
        }
    }
}
