import KafkaClient
import KafkaProtocol

/// `--alter`: more partitions for every selected topic. Silent on success.
extension Topics {
    func alter() throws {
        let count = try options.int("partitions") ?? 0
        let assignment = try options.string("replica-assignment").flatMap { try ReplicaAssignment.parse($0) }
        let topics = try selectedOrMissing()
        if topics.isEmpty { return }
        let current = assignment == nil ? [:] : try admin.describeTopics(topics.map(\.name))
        let changes = try topics.map { topic in
            var entry = CreatePartitionsRequest.CreatePartitionsTopic()
            entry.name = topic.name
            entry.count = count
            entry.assignments = nil
            if let assignment {
                // The assignment describes all partitions; those that exist already keep their brokers.
                let existing = try current[topic.name]?.get().partitions.count ?? 0
                entry.assignments = assignment.dropFirst(existing).map { brokers in
                    var list = CreatePartitionsRequest.CreatePartitionsTopic.CreatePartitionsAssignment()
                    list.brokerIds = brokers
                    return list
                }
            }
            return entry
        }
        if let failure = try admin.createPartitions(changes).min(by: { $0.key < $1.key }) { throw failure.value }
    }
}
