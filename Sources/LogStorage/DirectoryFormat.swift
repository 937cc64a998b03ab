import KafkaProtocol
import Vocabulary

/// Makes a directory a node's, as `kafka-storage format` leaves it: either broker starts on it.
public struct DirectoryFormat: Sendable {
    /// Values of the first records of a new cluster's metadata log, for the controller that comes to lead it first (`bootstrap.checkpoint`, KIP-801).
    public var bootstrap: [Bytes]
    /// The voters of a quorum that knows its voters from the log (KIP-853), for the directory of the metadata log.
    public var quorum: QuorumControl?

    public static let bootstrapFileName = "bootstrap.checkpoint"

    public init(bootstrap: [Bytes], quorum: QuorumControl? = nil) {
        self.bootstrap = bootstrap
        self.quorum = quorum
    }

    /// Formats a directory, creating it when missing. `meta.properties` comes last: what is cut off before that is not formatted yet.
    /// - Parameter now: milliseconds since the epoch
    public func write(_ meta: MetaProperties, to path: String, on disk: any Disk, now: Int64) throws(DiskError) {
        try disk.createDirectory(path)
        var contents = MetadataSnapshot.Contents()
        contents.values = bootstrap
        var file: [UInt8] = []
        MetadataSnapshot(endOffset: 0, epoch: 0).write(contents, now: now) { file += $0.array }
        try disk.writeFile("\(path)/\(Self.bootstrapFileName)", Bytes(file))
        if let quorum { try write(quorum, below: path, on: disk, now: now) }
        try disk.writeFile("\(path)/\(MetaProperties.fileName)", meta.content)
    }

    /// The voters stand in a snapshot that precedes every record.
    private func write(_ quorum: QuorumControl, below path: String, on disk: any Disk, now: Int64) throws(DiskError) {
        let directory = "\(path)/\(TopicPartition.clusterMetadata)"
        try disk.createDirectory(directory)
        var contents = MetadataSnapshot.Contents()
        contents.quorum = quorum
        contents.lastContainedLogTimestamp = now
        try SnapshotFiles(disk: disk, directory: directory).write(MetadataSnapshot(endOffset: 0, epoch: 0), contents, now: now)
        try disk.syncDirectory(path)
    }
}
