import KafkaProtocol
import Synchronization

/// The partitions of one topic by index.
struct TopicPartitions: Sendable {
    var topicId: Uuid
    var partitions: [Partition?]
}

extension Broker {
    /// The name of a topic, also of one that has no partition here.
    func topicName(_ id: Uuid, _ table: PartitionTable.Snapshot) -> String? { table.names[id] ?? metadata.image.topicNames[id] }
}

/// All partitions of this broker. Readers take a snapshot and look up without a lock; the few writers replace it.
public final class PartitionTable: Sendable {
    struct Snapshot: Sendable {
        var topics: [String: TopicPartitions] = [:]
        var names: [Uuid: String] = [:]

        func partition(_ topic: String, _ index: Int32) -> Partition? {
            guard let partitions = topics[topic]?.partitions, index >= 0, Int(index) < partitions.count else { return nil }
            return partitions[Int(index)]
        }
    }

    private let current = Mutex(Snapshot())

    var snapshot: Snapshot { current.withLock { $0 } }

    public func partition(_ topic: String, _ index: Int32) -> Partition? { snapshot.partition(topic, index) }

    /// Every partition, by topic name and index.
    public var all: [Partition] { snapshot.topics.sorted { $0.key < $1.key }.flatMap { $0.value.partitions.compactMap { $0 } } }

    func add(_ added: [Partition]) {
        current.withLock { snapshot in
            for (name, added) in Dictionary(grouping: added, by: \.topic) {
                var topic = snapshot.topics[name] ?? TopicPartitions(topicId: added[0].topicId, partitions: [])
                for partition in added {
                    while topic.partitions.count <= Int(partition.index) { topic.partitions.append(nil) }
                    topic.partitions[Int(partition.index)] = partition
                }
                snapshot.topics[name] = topic
                snapshot.names[topic.topicId] = name
            }
        }
    }

    /// Takes single partitions out.
    func remove(_ removed: [Partition]) {
        current.withLock { snapshot in
            for partition in removed where snapshot.partition(partition.topic, partition.index) === partition {
                snapshot.topics[partition.topic]?.partitions[Int(partition.index)] = nil
            }
        }
    }

    /// Takes a topic out and returns its partitions.
    func remove(topic: String) -> [Partition] {
        current.withLock { snapshot in
            guard let removed = snapshot.topics.removeValue(forKey: topic) else { return [] }
            snapshot.names.removeValue(forKey: removed.topicId)
            return removed.partitions.compactMap { $0 }
        }
    }
}
