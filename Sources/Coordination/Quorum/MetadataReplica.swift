import KafkaProtocol

/// The copy of a quorum's metadata log that an observer keeps, and the snapshots beside it: the observer's seam to files. Offsets and leader epochs are the
/// leader's. One thread at a time calls it. What fails here (the disk) stops the node.
public protocol MetadataReplica: AnyObject {
    /// What precedes it, a snapshot stands for.
    var logStartOffset: Int64 { get }
    var logEndOffset: Int64 { get }
    /// Leader epoch of the last batch; of the snapshot when nothing follows it; 0 when there is neither.
    var lastEpoch: Int32 { get }
    /// The newest whole snapshot of committed records.
    var latestSnapshot: MetadataSnapshot? { get }
    /// What the control records of snapshot and log say of the quorum; those of cut off batches do not count.
    var quorum: QuorumControl { get }

    /// The newest epoch of the copy that is not above `epoch`, and the offset behind its last batch. (-1, start of the log) when all are above.
    func endOffset(ofEpoch epoch: Int32) -> (epoch: Int32, endOffset: Int64)

    /// Appends batches byte for byte. They are sound and follow the log's end without a gap.
    func append(_ batches: [RecordBatch]) throws(MetadataError)
    /// Cuts off what lies at or behind an offset.
    func truncate(to offset: Int64) throws(MetadataError)

    /// Begins to write a snapshot, under a name that no start takes for a whole one. What was begun before and not finished is dropped.
    func beginSnapshot(_ snapshot: MetadataSnapshot) throws(MetadataError)
    func appendToSnapshot(_ piece: Bytes) throws(MetadataError)
    /// Makes what was written a snapshot and has the log begin, empty, where it ends. Returns what is wrong with the bytes; then nothing has changed and they
    /// are gone.
    func installSnapshot() throws(MetadataError) -> SnapshotError?
    func dropUnfinishedSnapshot()

    /// What `quorum-state` holds.
    var election: QuorumElection { get }
    func write(_ election: QuorumElection) throws(MetadataError)

    /// The next committed metadata at `offset` and behind, nil when there is none: a snapshot where the log does not reach back or there is nothing yet, else
    /// records of about `maxBytes`.
    /// - Parameter end: the high watermark
    func committed(from offset: Int64, to end: Int64, maxBytes: Int) throws(MetadataError) -> CommittedMetadata?
}

/// What a node remembers of the quorum's elections.
public struct QuorumElection: Sendable, Equatable {
    public var epoch: Int32
    /// Nil where the epoch's leader is not known.
    public var leaderId: Int32?

    public init(epoch: Int32 = 0, leaderId: Int32? = nil) {
        self.epoch = epoch
        self.leaderId = leaderId
    }
}

/// A piece of what the quorum has committed, in order.
public enum CommittedMetadata: Sendable {
    /// It replaces all that precedes its end.
    case snapshot(MetadataSnapshot, values: [Bytes])
    /// Metadata records; control records lie between them.
    case records([Record], nextOffset: Int64)

    public struct Record: Sendable, Equatable {
        public var offset: Int64
        public var value: Bytes

        public init(offset: Int64, value: Bytes) {
            self.offset = offset
            self.value = value
        }
    }

    /// The offset with which the next piece begins.
    public var nextOffset: Int64 {
        switch self {
        case .snapshot(let snapshot, _): snapshot.endOffset
        case .records(_, let nextOffset): nextOffset
        }
    }
}
