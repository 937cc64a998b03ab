import KafkaProtocol
import Synchronization

/// Why a data directory could not be opened.
public enum LogDirectoryError: Error, Sendable, CustomStringConvertible {
    /// Another process (its pid and command, when known, are in the text) uses the directory.
    case locked(String)
    case disk(DiskError)
    /// `meta.properties` does not fit: other node id or cluster id, or malformed.
    case wrongMetaProperties(String)
    case log(PartitionName, LogError)

    public var description: String {
        switch self {
        case .locked(let text): text
        case .disk(let error): error.description
        case .wrongMetaProperties(let text): text
        case .log(let name, let error): "\(name): \(error)"
        }
    }
}

/// A data directory: Kafka's files around the partitions' directories.
public final class LogDirectory: Sendable {
    public let path: String
    public let nodeId: Int32
    public let clusterId: String
    public let directoryId: Uuid
    /// The directory was closed cleanly the last time (or is new).
    public let wasClean: Bool

    /// Opens a directory, creating it when missing: takes the lock, reads or writes `meta.properties`, recovers every partition.
    /// `clusterId` nil takes the one on disk, or makes one from the generator.
    public init(
        disk: any Disk, path: String, nodeId: Int32, clusterId: String?, generator: inout some RandomNumberGenerator, now: Int64,
        config: (PartitionName) -> LogConfig
    ) throws(LogDirectoryError) {
        throw .locked("")
    }

    public var partitions: [PartitionName] { [] }
    public func log(_ name: PartitionName) -> PartitionLog? { nil }
    public func createPartition(_ name: PartitionName, topicId: Uuid, config: LogConfig, now: Int64) throws(LogDirectoryError) -> PartitionLog {
        throw .locked("")
    }
    /// Renames the directory to `topic-N.<uuid>-delete` and removes it.
    public func deletePartition(_ name: PartitionName) throws(LogDirectoryError) {}
    /// Writes recovery-point, log-start and replication checkpoints.
    public func writeCheckpoints() throws(LogDirectoryError) {}
    /// Closes every log and leaves the clean-shutdown marker; the lock is released.
    public func close() throws(LogDirectoryError) {}
}
