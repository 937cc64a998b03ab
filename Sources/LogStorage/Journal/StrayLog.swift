import KafkaProtocol
import Vocabulary

extension LogDirectory {
    /// Gives a log that was put aside what the journal alone has of it: who brings it back shall find all of it.
    /// - Parameter opening: what the checkpoints said
    func complete(_ opening: LogOpening, in directoryName: String, _ found: FoundPartition) throws(DiskError) {
        guard let topicId = found.topicId else { return }
        let journaled = journal.found(JournalKey(topicId: topicId, partition: opening.name.partition))
        guard !journaled.isEmpty else { return }
        // Nobody says how the topic was kept: with gaps it may be a compacted one.
        var opening = opening
        opening.config.isCompacted = true
        opening.directory = "\(path)/\(directoryName)"
        opening.epochs = found.epochs
        opening.journaled = journaled
        let (state, report) = try LogState.open(disk, opening)
        let log = PartitionLog(state: state, topicId: topicId, recovery: report)
        defer { log.markClosed() }
        tell(opening.name, report)
        try log.syncOnDisk()
    }
}

extension PartitionLog {
    /// `sync`, for callers that speak of the disk.
    func syncOnDisk() throws(DiskError) {
        do throws(LogError) { try sync() } catch {
            if case .disk(let failure) = error { throw failure }
            throw DiskError(operation: "sync", path: directory, code: 0, message: "\(error)")
        }
    }
}
