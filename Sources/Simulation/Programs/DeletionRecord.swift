import Vocabulary

/// Up to where programs asked for records to be deleted (KIP-107), and up to where they were told that they are.
final class DeletionRecord {
    /// Below these offsets anything may have been deleted: of all that was asked for, whatever became of it.
    private(set) var limits: [TopicPartition: Int64] = [:]
    /// Below these offsets nobody who leads has anything any more.
    private(set) var promises: [TopicPartition: Int64] = [:]
    /// Here records may have been deleted that a producer was not told of yet. Once the log and the producers' state of a broker that was started again do not
    /// show that they were there, what the producer sends again is out of order, and with the epoch after that it sends all again that it was not told of
    /// (KIP-360): with Kafka, too, some may then be there twice.
    private(set) var repeating: Set<TopicPartition> = []
    private(set) var answered = 0
    /// Who leads a partition, and since which epoch.
    typealias Leadership = (leader: Int32, epoch: Int32)
    /// Requests for a deletion of all that is committed whose answers have not come: up to where they reach is not known yet.
    private var openEnds: [TopicPartition: Int] = [:]

    /// The offset up to which a partition's log may begin; nil while that is not known.
    func limit(_ partition: TopicPartition) -> Int64? { openEnds[partition] ?? 0 == 0 ? limits[partition] ?? 0 : nil }

    /// - Parameters:
    ///   - offset: the first to keep; nil for all that is committed
    ///   - isSettled: all below was acknowledged so long ago that nobody sends it again
    func asked(_ partition: TopicPartition, before offset: Int64?, isSettled: Bool) {
        if !isSettled { repeating.insert(partition) }
        if let offset { raise(partition, offset) } else { openEnds[partition, default: 0] += 1 }
    }

    /// Nothing of a request for all that is committed is under way any more.
    /// - Parameter end: what it deleted at most
    func settled(_ partition: TopicPartition, end: Int64) {
        openEnds[partition, default: 1] -= 1
        raise(partition, end)
    }

    private func raise(_ partition: TopicPartition, _ offset: Int64) { limits[partition] = max(limits[partition] ?? 0, offset) }

    /// Notes an answer. It counts if it came from whoever led all the time: one that was fenced and does not know it may believe that nobody else is alive.
    func promised(_ partition: TopicPartition, before offset: Int64, by node: Int32, _ then: Leadership, _ now: Leadership) {
        answered += 1
        if then == now, now.leader == node { promises[partition] = max(promises[partition] ?? 0, offset) }
    }

    /// Somebody leads who was not there when the last deletions were answered: those are answered once all that are alive have followed (KIP-107), and an
    /// eligible leader that is not alive then may still lead alone later (KIP-966), with all that it had.
    func forget(_ partition: TopicPartition) { promises[partition] = nil }
}
