import KafkaProtocol
import Vocabulary

/// A committed offset.
struct CommittedOffset: Hashable, Sendable {
    var offset: Int64
    var leaderEpoch: Int32 = -1
    var metadata = ""
    var commitTimestamp: Int64
    /// When it expires whatever the group's state; nil leaves that to the broker's retention.
    var expireTimestamp: Int64?
    var topicId: Uuid = .zero
    /// Where in the log it was committed; the later one wins when a transaction is committed.
    var recordOffset: Int64 = -1
}

/// The offsets that groups committed, and those of transactions still open. Every question and every change costs as much as what it is about,
/// however many groups and open transactions there are.
struct OffsetStore: Sendable {
    typealias Offsets = [TopicPartition: CommittedOffset]

    private var committed: [String: Offsets] = [:]
    /// What open transactions would commit: by group and partition, then by producer.
    private var pending: [String: [TopicPartition: [Int64: CommittedOffset]]] = [:]
    /// Where in `pending` each producer's open transaction has something.
    private var transactions: [Int64: [String: Set<TopicPartition>]] = [:]

    func offsets(of group: String) -> Offsets { committed[group] ?? [:] }

    func hasOpenTransactions(_ group: String) -> Bool { pending[group] != nil }

    func hasPending(_ group: String, _ partition: TopicPartition) -> Bool { pending[group]?[partition] != nil }

    /// Partitions of a group that have an offset, committed or pending, in a fixed order.
    /// - Parameter condition: leaves out those that do not fulfil it.
    func partitions(of group: String, where condition: (TopicPartition) -> Bool = { _ in true }) -> [TopicPartition] {
        var all: [TopicPartition] = committed[group]?.keys.filter(condition) ?? []
        for partition in pending[group, default: [:]].keys where committed[group]?[partition] == nil && condition(partition) { all.append(partition) }
        return all.sorted()
    }

    mutating func put(_ offset: CommittedOffset, group: String, partition: TopicPartition, producerId: Int64) {
        if producerId < 0 {
            committed[group, default: [:]][partition] = offset
        } else {
            pending[group, default: [:]][partition, default: [:]][producerId] = offset
            transactions[producerId, default: [:]][group, default: []].insert(partition)
        }
    }

    mutating func remove(group: String, partition: TopicPartition) {
        committed[group]?[partition] = nil
        if committed[group]?.isEmpty == true { committed[group] = nil }
        guard let producers = pending[group]?.removeValue(forKey: partition) else { return }
        if pending[group]?.isEmpty == true { pending[group] = nil }
        for producer in producers.keys {
            transactions[producer]?[group]?.remove(partition)
            if transactions[producer]?[group]?.isEmpty == true { transactions[producer]?[group] = nil }
            if transactions[producer]?.isEmpty == true { transactions[producer] = nil }
        }
    }

    /// Makes a transaction's offsets count, or forgets them.
    mutating func endTransaction(producerId: Int64, committed commits: Bool) {
        for (group, partitions) in transactions.removeValue(forKey: producerId) ?? [:] {
            for partition in partitions {
                let offset = pending[group]?[partition]?.removeValue(forKey: producerId)
                if pending[group]?[partition]?.isEmpty == true { pending[group]?[partition] = nil }
                guard commits, let offset, offset.recordOffset > committed[group]?[partition]?.recordOffset ?? -1 else { continue }
                committed[group, default: [:]][partition] = offset
            }
            if pending[group]?.isEmpty == true { pending[group] = nil }
        }
    }
}

extension CommittedOffset {
    init(_ value: OffsetCommitValue, recordOffset: Int64) {
        self.init(
            offset: value.offset, leaderEpoch: value.leaderEpoch, metadata: value.metadata, commitTimestamp: value.commitTimestamp,
            expireTimestamp: value.expireTimestamp < 0 ? nil : value.expireTimestamp, topicId: value.topicId, recordOffset: recordOffset)
    }

    /// The record that commits it. Kafka 4.3 writes version 4; an explicit expiration only exists in version 1.
    func record(group: String, partition: TopicPartition) -> CoordinatorRecord {
        var value = OffsetCommitValue()
        value.offset = offset
        value.leaderEpoch = leaderEpoch
        value.metadata = metadata
        value.commitTimestamp = commitTimestamp
        value.expireTimestamp = expireTimestamp ?? -1
        value.topicId = topicId
        return CoordinatorRecord(key: OffsetCommitKey(group, partition), value: value, version: expireTimestamp == nil ? 4 : 1)
    }
}

extension OffsetCommitKey {
    init(_ group: String, _ partition: TopicPartition) {
        self.init()
        self.group = group
        topic = partition.topic
        self.partition = partition.partition
    }
}
