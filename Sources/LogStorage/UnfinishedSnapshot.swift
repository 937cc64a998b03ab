import KafkaProtocol

/// A snapshot that is being written, under a name that no start takes for a whole one (`….checkpoint.part`).
public struct UnfinishedSnapshot: Sendable {
    public let snapshot: MetadataSnapshot
    private let files: SnapshotFiles
    private let file: any DiskFile
    private var position = 0

    init(files: SnapshotFiles, snapshot: MetadataSnapshot, file: any DiskFile) {
        self.files = files
        self.snapshot = snapshot
        self.file = file
    }

    private var part: String { files.directory + "/" + snapshot.partName }

    public mutating func append(_ bytes: Bytes) throws(DiskError) {
        try file.write([bytes], at: position)
        position += bytes.count
    }

    /// What was written so far, read as a whole snapshot.
    public func contents() throws(DiskError) -> Result<MetadataSnapshot.Contents, SnapshotError> {
        let bytes = try file.read(at: 0, count: position)
        do throws(SnapshotError) { return .success(try MetadataSnapshot.read(bytes)) } catch { return .failure(error) }
    }

    /// Makes it durable and gives it its name, which is then durable too. What is there of that name is replaced.
    public func finish() throws(DiskError) {
        try file.sync()
        file.close()
        try files.disk.rename(part, to: files.path(snapshot))
        try files.disk.syncDirectory(files.directory)
    }

    /// Removes what there is of it, as the next start would.
    public func drop() {
        file.close()
        try? files.disk.removeFile(part)
    }
}
