import Vocabulary

/// The moves made so far in one assignment, so that a move that would undo another of the same topic is replaced by undoing that one.
struct PartitionMovements {
    private struct Pair: Hashable {
        var source: String
        var destination: String
    }

    /// A set of partitions of one topic that iterates as Java's `HashSet` does; its table grows and never shrinks.
    private struct PartitionSet {
        private(set) var partitions: [TopicPartition] = []
        private var capacity = 16

        mutating func insert(_ partition: TopicPartition) {
            partitions.append(partition)
            capacity = max(capacity, JavaHash.capacity(forCount: partitions.count))
        }

        mutating func remove(_ partition: TopicPartition) { partitions.removeAll { $0 == partition } }

        var first: TopicPartition? {
            partitions.min { JavaHash.bucket($0.javaHash, capacity: capacity) < JavaHash.bucket($1.javaHash, capacity: capacity) }
        }
    }

    private var byTopic: [String: [Pair: PartitionSet]] = [:]
    private var byPartition: [TopicPartition: Pair] = [:]

    mutating func move(_ partition: TopicPartition, from old: String, to new: String) {
        guard let existing = byPartition.removeValue(forKey: partition) else { return record(partition, Pair(source: old, destination: new)) }
        byTopic[partition.topic]?[existing]?.remove(partition)
        if byTopic[partition.topic]?[existing]?.partitions.isEmpty == true { byTopic[partition.topic]?[existing] = nil }
        if existing.source != new { record(partition, Pair(source: existing.source, destination: new)) }
    }

    /// The partition to move instead of `partition`: one that went the opposite way before, if there is one.
    func actualPartition(for partition: TopicPartition, from old: String, to new: String) -> TopicPartition {
        let source = byPartition[partition]?.source ?? old
        return byTopic[partition.topic]?[Pair(source: new, destination: source)]?.first ?? partition
    }

    private mutating func record(_ partition: TopicPartition, _ pair: Pair) {
        byPartition[partition] = pair
        byTopic[partition.topic, default: [:]][pair, default: PartitionSet()].insert(partition)
    }
}
