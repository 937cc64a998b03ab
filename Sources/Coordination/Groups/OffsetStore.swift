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

/// The offsets that groups committed, and those of transactions still open.
struct OffsetStore: Sendable {
    typealias Offsets = [TopicPartition: CommittedOffset]

    private(set) var byGroup: [String: Offsets] = [:]
    /// By producer, then by group.
    private(set) var pending: [Int64: [String: Offsets]] = [:]

    func offsets(of group: String) -> Offsets { byGroup[group] ?? [:] }

    func hasOpenTransactions(_ group: String) -> Bool { pending.values.contains { $0[group] != nil } }

    func hasPending(_ group: String, _ partition: TopicPartition) -> Bool { pending.values.contains { $0[group]?[partition] != nil } }

    /// Partitions of a group that have an offset, committed or pending, in a fixed order.
    func partitions(of group: String) -> [TopicPartition] {
        var all = Set(offsets(of: group).keys)
        for groups in pending.values { all.formUnion(groups[group, default: [:]].keys) }
        return all.sorted()
    }

    mutating func put(_ offset: CommittedOffset, group: String, partition: TopicPartition, producerId: Int64) {
        if producerId < 0 {
            byGroup[group, default: [:]][partition] = offset
        } else {
            pending[producerId, default: [:]][group, default: [:]][partition] = offset
        }
    }

    mutating func remove(group: String, partition: TopicPartition) {
        byGroup[group]?[partition] = nil
        if byGroup[group]?.isEmpty == true { byGroup[group] = nil }
        for producer in Array(pending.keys) {
            pending[producer]?[group]?[partition] = nil
            if pending[producer]?[group]?.isEmpty == true { pending[producer]?[group] = nil }
            if pending[producer]?.isEmpty == true { pending[producer] = nil }
        }
    }

    /// Makes a transaction's offsets count, or forgets them.
    mutating func endTransaction(producerId: Int64, committed: Bool) {
        guard let groups = pending.removeValue(forKey: producerId), committed else { return }
        for (group, offsets) in groups {
            for (partition, offset) in offsets where offset.recordOffset > byGroup[group]?[partition]?.recordOffset ?? -1 {
                byGroup[group, default: [:]][partition] = offset
            }
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
