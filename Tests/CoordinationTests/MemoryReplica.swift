import Coordination
import KafkaProtocol

/// A copy of the metadata log in memory.
final class MemoryReplica: MetadataReplica {
    private var batches: [RecordBatch] = []
    private(set) var logStartOffset: Int64 = 0
    private(set) var latestSnapshot: MetadataSnapshot?
    private(set) var unfinished: (snapshot: MetadataSnapshot, bytes: [UInt8])?
    private(set) var election = QuorumElection()
    var isBroken = false

    var logEndOffset: Int64 { batches.last?.nextOffset ?? logStartOffset }
    var lastEpoch: Int32 { batches.last?.partitionLeaderEpoch ?? latestSnapshot?.epoch ?? 0 }
    var quorum: QuorumControl { QuorumControl() }

    func endOffset(ofEpoch epoch: Int32) -> (epoch: Int32, endOffset: Int64) {
        batches.last { $0.partitionLeaderEpoch <= epoch }.map { ($0.partitionLeaderEpoch, $0.nextOffset) } ?? (-1, logStartOffset)
    }

    func append(_ new: [RecordBatch]) throws(MetadataError) {
        if isBroken { throw MetadataError("the disk is full") }
        batches += new
    }

    func truncate(to offset: Int64) throws(MetadataError) { batches.removeAll { $0.lastOffset >= offset } }

    func beginSnapshot(_ snapshot: MetadataSnapshot) throws(MetadataError) { unfinished = (snapshot, []) }
    func appendToSnapshot(_ piece: Bytes) throws(MetadataError) { unfinished?.bytes += piece.array }
    func dropUnfinishedSnapshot() { unfinished = nil }

    func installSnapshot() throws(MetadataError) -> SnapshotError? {
        guard let (snapshot, bytes) = unfinished else { throw MetadataError("none was begun") }
        unfinished = nil
        do throws(SnapshotError) { _ = try MetadataSnapshot.read(Bytes(bytes)) } catch { return error }
        (batches, logStartOffset, latestSnapshot) = ([], snapshot.endOffset, snapshot)
        return nil
    }

    func write(_ new: QuorumElection) throws(MetadataError) { election = new }

    func committed(from offset: Int64, to end: Int64, maxBytes: Int) throws(MetadataError) -> CommittedMetadata? { nil }
}
