import KafkaProtocol
import Synchronization
import Vocabulary

/// A file of one offset per partition: recovery points, log start offsets, high watermarks.
enum OffsetCheckpoint {
    static let recoveryPoints = "recovery-point-offset-checkpoint"
    static let logStartOffsets = "log-start-offset-checkpoint"
    static let highWatermarks = "replication-offset-checkpoint"
    static let cleanedOffsets = "cleaner-offset-checkpoint"

    /// Nil when the file is malformed.
    static func parse(_ content: Bytes) -> [TopicPartition: Offset]? {
        guard let rows = CheckpointFile.rows(content, columns: 3) else { return nil }
        var offsets: [TopicPartition: Offset] = [:]
        for row in rows {
            guard let partition = Int32(row[1]), let offset = Int64(row[2]).map(Offset.init), offset >= .zero else { return nil }
            offsets[TopicPartition(String(row[0]), partition)] = offset
        }
        return offsets
    }

    static func content(_ offsets: [TopicPartition: Offset]) -> Bytes {
        let rows = offsets.sorted { $0.key < $1.key }.map { "\($0.key.topic) \($0.key.partition) \($0.value)\n" }
        return Bytes("0\n\(offsets.count)\n" + rows.joined())
    }
}

/// A data directory's checkpoint files. They name partitions, not topic ids, so a partition that goes takes its rows with it before its name can
/// come back. One lock covers gathering and writing: what is written later was gathered later.
final class Checkpoints: Sendable {
    struct Rows: Sendable {
        var recoveryPoints: [TopicPartition: Offset] = [:]
        var starts: [TopicPartition: Offset] = [:]
        var ends: [TopicPartition: Offset] = [:]
        var cleaned: [TopicPartition: Offset] = [:]

        func names(_ name: TopicPartition) -> Bool {
            recoveryPoints[name] != nil || starts[name] != nil || ends[name] != nil || cleaned[name] != nil
        }

        mutating func remove(_ name: TopicPartition) {
            recoveryPoints[name] = nil
            starts[name] = nil
            ends[name] = nil
            cleaned[name] = nil
        }

        /// The last attempt to write the files failed: what they hold is not known.
        var areFilesUnknown = false

        /// Takes back what a partition's rows say beyond a cut; the files that this changes.
        mutating func lower(_ name: TopicPartition, recoveryPoint: Offset, end: Offset) -> Set<String> {
            var changed: Set<String> = []
            func lower(_ row: WritableKeyPath<Rows, [TopicPartition: Offset]>, to offset: Offset, _ file: String, _ rows: inout Rows) {
                guard let old = rows[keyPath: row][name], old > offset else { return }
                rows[keyPath: row][name] = offset > .zero ? offset : nil
                changed.insert(file)
            }
            lower(\.recoveryPoints, to: recoveryPoint, OffsetCheckpoint.recoveryPoints, &self)
            lower(\.starts, to: end, OffsetCheckpoint.logStartOffsets, &self)
            lower(\.ends, to: end, OffsetCheckpoint.highWatermarks, &self)
            lower(\.cleaned, to: end, OffsetCheckpoint.cleanedOffsets, &self)
            return changed
        }

        mutating func note(_ log: PartitionLog) {
            // The metadata log is not among the broker's logs in Kafka's checkpoints.
            guard log.name != .clusterMetadata else { return }
            noteStart(log)
            noteEnd(log)
            log.state.withLock { state in
                // Of one whose disk failed this stays as it was, which is only too low.
                recoveryPoints[log.name] = state.recoveryPoint
                cleaned[log.name] = state.cleanedOffset > .zero ? state.cleanedOffset : nil
            }
        }

        mutating func noteEnd(_ log: PartitionLog) {
            guard log.name != .clusterMetadata else { return }
            ends[log.name] = log.state.withLock { $0.highWatermark }
        }

        /// Has logs know what of their starts is on the disk now.
        func tellStarts(_ logs: [PartitionLog]) {
            for log in logs { log.state.withLock { $0.checkpointedStart = starts[log.name] ?? .zero } }
        }

        mutating func noteStart(_ log: PartitionLog) {
            guard log.name != .clusterMetadata else { return }
            // Kafka notes a start only where the segments' names do not tell it; but a power failure may bring segments back that were removed.
            log.state.withLock { state in starts[log.name] = state.logStartOffset > .zero ? state.logStartOffset : nil }
        }
    }

    private let disk: any Disk
    private let path: String
    private let rows: Mutex<Rows>

    /// Reads what the last run wrote down. Both brokers write these files whole or not at all, so one that cannot be read is damage: without the
    /// starts of logs deleted records would be back. Where compaction and replication stood does not matter as much.
    init(_ disk: any Disk, _ path: String, _ names: [String], _ log: OperatorLog) throws {
        self.disk = disk
        self.path = path
        func offsets(_ file: String) throws(DiskError) -> [TopicPartition: Offset]? {
            guard names.contains(file) else { return [:] }
            let content = try disk.readFile(path + "/" + file)
            return content.isEmpty ? [:] : OffsetCheckpoint.parse(content)
        }
        func needed(_ file: String, _ without: String) throws -> [TopicPartition: Offset] {
            guard let offsets = try offsets(file) else {
                throw LogDirectoryError.refused("\(path)/\(file) is damaged: bring it back, or remove it to go on without (\(without))")
            }
            return offsets
        }
        var rows = Rows()
        rows.recoveryPoints = try needed(OffsetCheckpoint.recoveryPoints, "logs are then checked from their beginning")
        rows.starts = try needed(OffsetCheckpoint.logStartOffsets, "records that DeleteRecords deleted may then be back")
        func helpful(_ file: String, _ without: String) throws(DiskError) -> [TopicPartition: Offset] {
            if let offsets = try offsets(file) { return offsets }
            log.warn(.recovery, "\(path)/\(file) is damaged and counts as missing: \(without)")
            return [:]
        }
        rows.cleaned = try helpful(OffsetCheckpoint.cleanedOffsets, "compaction begins anew")
        rows.ends = try helpful(OffsetCheckpoint.highWatermarks, "what is committed of a partition with other replicas is found out anew")
        self.rows = Mutex(rows)
    }

    /// What is known of a partition that is about to be opened.
    func fill(_ opening: inout LogOpening) {
        rows.withLock { rows in
            opening.recoveryPoint = rows.recoveryPoints[opening.name] ?? .zero
            opening.logStartOffset = rows.starts[opening.name] ?? .zero
            opening.cleanedOffset = rows.cleaned[opening.name] ?? .zero
            opening.highWatermark = rows.ends[opening.name] ?? .zero
        }
    }

    /// Writes down what is known of a log that is about to come into this directory, all of it durable.
    func adopt(_ log: borrowing LogState) throws(DiskError) {
        let (name, start, end) = (log.name, log.logStartOffset, log.nextOffset)
        let (committed, cleaned) = (log.highWatermark, log.cleanedOffset)
        try rows.withLock { (rows) throws(DiskError) in
            rows.recoveryPoints[name] = end
            rows.starts[name] = start > .zero ? start : nil
            rows.ends[name] = committed
            rows.cleaned[name] = cleaned > .zero ? cleaned : nil
            try write(&rows)
        }
    }

    /// Takes the rows of partitions out of the files, if there are any. Their names may then be used for others.
    func forget(where isGone: (TopicPartition) -> Bool) throws(DiskError) {
        try rows.withLock { (rows) throws(DiskError) in
            let gone = Set([rows.recoveryPoints, rows.starts, rows.ends, rows.cleaned].flatMap { $0.keys.filter(isGone) })
            guard !gone.isEmpty else { return }
            for name in gone { rows.remove(name) }
            try write(&rows)
        }
    }

    /// The same for one partition; costs nothing when it has no rows.
    func forget(_ name: TopicPartition) throws(DiskError) {
        if rows.withLock({ $0.names(name) }) { try forget { $0 == name } }
    }

    /// Notes how far logs are durable, and everything else of them; writes all files. A log that was deleted meanwhile has no say.
    func write(_ logs: [PartitionLog], closing: Bool = false) throws(DiskError) {
        try rows.withLock { (rows) throws(DiskError) in
            for log in logs where closing || !log.isClosed { rows.note(log) }
            try write(&rows)
            rows.tellStarts(logs)
        }
    }

    /// Runs something that cuts a partition's log and, before it does, takes back what the files say beyond the cut: a recovery point behind `recoveryPoint`,
    /// and anything else behind `end`. Nothing is gathered or written for others meanwhile.
    func whileCutting(
        _ name: TopicPartition, _ body: (_ lower: (_ recoveryPoint: Offset, _ end: Offset) throws(DiskError) -> Void) throws(LogError) -> Offset
    ) throws(LogError) -> Offset {
        try rows.withLock { (rows) throws(LogError) in
            try body { (recoveryPoint, end) throws(DiskError) in
                let changed = rows.lower(name, recoveryPoint: recoveryPoint, end: end)
                if !changed.isEmpty || rows.areFilesUnknown { try write(&rows, changed) }
            }
        }
    }

    /// Writes the log start offsets alone: what DeleteRecords needs to last.
    func writeStarts(_ logs: [PartitionLog]) throws(DiskError) {
        try rows.withLock { (rows) throws(DiskError) in
            for log in logs where !log.isClosed { rows.noteStart(log) }
            try write(&rows, [OffsetCheckpoint.logStartOffsets])
            rows.tellStarts(logs)
        }
    }

    /// Writes the high watermarks alone, if any has moved.
    func writeEnds(_ logs: [PartitionLog]) throws(DiskError) {
        try rows.withLock { (rows) throws(DiskError) in
            let before = rows.ends
            for log in logs where !log.isClosed { rows.noteEnd(log) }
            if rows.ends != before || rows.areFilesUnknown { try write(&rows, [OffsetCheckpoint.highWatermarks]) }
        }
    }

    /// - Parameter changed: the files to write, if what the others hold is known; nil writes all
    private func write(_ rows: inout Rows, _ changed: Set<String>? = nil) throws(DiskError) {
        let files = [
            (OffsetCheckpoint.recoveryPoints, rows.recoveryPoints), (OffsetCheckpoint.logStartOffsets, rows.starts),
            (OffsetCheckpoint.highWatermarks, rows.ends), (OffsetCheckpoint.cleanedOffsets, rows.cleaned),
        ]
        let wanted = rows.areFilesUnknown ? nil : changed
        rows.areFilesUnknown = true
        for (file, offsets) in files
        where wanted?.contains(file) ?? (!offsets.isEmpty || file != OffsetCheckpoint.cleanedOffsets || disk.exists(path + "/" + file)) {
            try disk.writeFile(path + "/" + file, OffsetCheckpoint.content(offsets))
        }
        rows.areFilesUnknown = false
    }
}
