import KafkaProtocol
import Vocabulary

/// The snapshots in the directory of the metadata log. Their name says what they stand for, and a name is given only to a file that is whole and durable.
public struct SnapshotFiles: Sendable {
    let disk: any Disk
    public let directory: String

    public init(disk: any Disk, directory: String) {
        self.disk = disk
        self.directory = directory
    }

    public func path(_ snapshot: MetadataSnapshot) -> String { directory + "/" + snapshot.fileName }

    /// Oldest first.
    public func list() throws(DiskError) -> [MetadataSnapshot] {
        try disk.names(in: directory).compactMap { MetadataSnapshot(fileName: $0) }.sorted()
    }

    public func read(_ snapshot: MetadataSnapshot) throws(DiskError) -> Result<MetadataSnapshot.Contents, SnapshotError> {
        let file = try disk.readFile(path(snapshot))
        do throws(SnapshotError) { return .success(try MetadataSnapshot.read(file)) } catch { return .failure(error) }
    }

    /// What a start may begin with.
    public struct Found: Sendable {
        public var sound: (snapshot: MetadataSnapshot, contents: MetadataSnapshot.Contents)?
        /// Those that are newer than the sound one, the newest first.
        public var damaged: [(snapshot: MetadataSnapshot, error: SnapshotError)] = []
    }

    /// The newest sound snapshot of those that end at `logStartOffset` or behind it, so that the log holds what follows.
    public func newest(from logStartOffset: Offset) throws(DiskError) -> Found {
        var found = Found()
        for snapshot in try list().reversed() where Offset(snapshot.endOffset) >= logStartOffset {
            switch try read(snapshot) {
            case .success(let contents):
                found.sound = (snapshot, contents)
                return found
            case .failure(let error): found.damaged.append((snapshot, error))
            }
        }
        return found
    }

    /// Enough of a file for its first batch, the voters of a quorum included.
    private static let headerBytes = 16 << 10

    /// Oldest first.
    public func rows() throws(DiskError) -> [StoredSnapshot] {
        var rows: [StoredSnapshot] = []
        for snapshot in try list() {
            let file = try disk.openFile(path(snapshot), create: false)
            defer { file.close() }
            let start = try file.read(at: 0, count: min(file.size, Self.headerBytes))
            rows.append(StoredSnapshot(snapshot: snapshot, sizeInBytes: Int64(file.size), lastContainedLogTimestamp: Self.timestamp(start)))
        }
        return rows
    }

    private static func timestamp(_ start: Bytes) -> Int64? {
        var batches = RecordBatches(start).makeIterator()
        guard let first = batches.next(), first.isControl, first.isCrcValid, let records = try? first.records(), let header = records.first,
            header.controlType == .snapshotHeader, let value = header.value
        else { return nil }
        return (try? SnapshotHeaderRecord.decode(value, version: 0))?.lastContainedLogTimestamp
    }

    /// Writes a snapshot beside its place, makes it durable and gives it its name, which is then durable too. What is there of that name is replaced.
    /// - Parameter now: milliseconds since the epoch
    public func write(_ snapshot: MetadataSnapshot, _ contents: MetadataSnapshot.Contents, now: Int64) throws(DiskError) {
        var unfinished = try begin(snapshot)
        do throws(DiskError) {
            try snapshot.write(contents, now: now) { (batch) throws(DiskError) in try unfinished.append(batch) }
            try unfinished.finish()
        } catch {
            unfinished.drop()
            throw error
        }
    }

    /// Begins to write a snapshot beside its place. What an earlier attempt left there goes.
    public func begin(_ snapshot: MetadataSnapshot) throws(DiskError) -> UnfinishedSnapshot {
        let file = try disk.openFile(directory + "/" + snapshot.partName, create: true)
        try file.truncate(to: 0)
        return UnfinishedSnapshot(files: self, snapshot: snapshot, file: file)
    }

    /// Removes snapshots that a newer one stands in for.
    public func remove(_ snapshots: [MetadataSnapshot]) throws(DiskError) {
        for snapshot in snapshots { try disk.removeFile(path(snapshot)) }
        if !snapshots.isEmpty { try disk.syncDirectory(directory) }
    }
}
