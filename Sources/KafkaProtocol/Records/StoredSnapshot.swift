/// A snapshot's file, as far as retention must know it.
public struct StoredSnapshot: Sendable, Equatable {
    public var snapshot: MetadataSnapshot
    public var sizeInBytes: Int64
    /// When the last record that it stands for was appended (ms); nil when its header cannot be read, which is not old.
    public var lastContainedLogTimestamp: Int64?

    public init(snapshot: MetadataSnapshot, sizeInBytes: Int64, lastContainedLogTimestamp: Int64?) {
        self.snapshot = snapshot
        self.sizeInBytes = sizeInBytes
        self.lastContainedLogTimestamp = lastContainedLogTimestamp
    }
}
