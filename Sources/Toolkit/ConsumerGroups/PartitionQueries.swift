import KafkaClient
import KafkaProtocol
import Vocabulary

/// Which of some partitions can be asked for their offsets.
struct PartitionStanding {
    /// With a leader.
    var led: [TopicPartition] = []
    /// Without one.
    var leaderless: [TopicPartition] = []
    /// Beyond the topic's last.
    var missing: [TopicPartition] = []
    /// Of topics that cannot be described, with the topic's failure.
    var unknown: [(partition: TopicPartition, failure: ClientError)] = []
}

extension Admin {
    /// Looks partitions up by their topics' descriptions.
    func standing(of partitions: [TopicPartition]) throws(ClientError) -> PartitionStanding {
        let topics = try describeTopics(Array(Set(partitions.map(\.topic))))
        var standing = PartitionStanding()
        for partition in partitions.sorted() {
            switch topics[partition.topic] ?? .failure(ClientError(code: .unknownTopicOrPartition)) {
            case .failure(let error): standing.unknown.append((partition, error))
            case .success(let topic):
                switch topic.partitions.first(where: { $0.index == partition.partition })?.leader {
                case nil: standing.missing.append(partition)
                case .some(..<0): standing.leaderless.append(partition)
                case .some: standing.led.append(partition)
                }
            }
        }
        return standing
    }

    /// One offset of each partition; nil where no record answers. Partitions that are not there or have no leader are left out.
    func offsets(of partitions: [TopicPartition], _ spec: OffsetSpec) throws(ClientError) -> [TopicPartition: Int64?] {
        if partitions.isEmpty { return [:] }
        var offsets: [TopicPartition: Int64?] = [:]
        let led = try standing(of: partitions).led
        for (partition, result) in try listOffsets(Dictionary(led.map { ($0, spec) }) { first, _ in first }) {
            let listed = try result.get()
            offsets[partition] = .some(listed.offset < 0 ? nil : listed.offset)
        }
        return offsets
    }
}
