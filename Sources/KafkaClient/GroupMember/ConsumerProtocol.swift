import KafkaProtocol
import Vocabulary

/// The bytes that consumers of the classic protocol exchange through the coordinator: a version number, then a message.
enum ConsumerProtocol {
    /// Reads a member's subscription as it came in a JoinGroup response. Versions newer than ours are read as the newest we know.
    static func subscription(_ member: JoinGroupResponse.JoinGroupResponseMember) -> MemberSubscription? {
        guard let data = ConsumerProtocolSubscription.decodeVersioned(member.metadata) else { return nil }
        return MemberSubscription(
            memberId: member.memberId, groupInstanceId: member.groupInstanceId, topics: data.topics,
            ownedPartitions: data.ownedPartitions.flatMap { entry in entry.partitions.map { TopicPartition(entry.topic, $0) } },
            generationId: data.generationId >= 0 ? data.generationId : nil, rackId: data.rackId, userData: data.userData)
    }

    static func encode(_ subscription: MemberSubscription) -> Bytes {
        var data = ConsumerProtocolSubscription()
        data.topics = subscription.topics
        data.userData = subscription.userData
        data.generationId = subscription.generationId ?? -1
        data.rackId = subscription.rackId
        for (topic, partitions) in byTopic(subscription.ownedPartitions) {
            var entry = ConsumerProtocolSubscription.TopicPartition()
            entry.topic = topic
            entry.partitions = partitions
            data.ownedPartitions.append(entry)
        }
        return data.versioned(3)
    }

    static func assignment(_ bytes: Bytes) -> [TopicPartition]? {
        if bytes.isEmpty { return [] }
        return ConsumerProtocolAssignment.decodeVersioned(bytes)?.assignedPartitions.flatMap { entry in
            entry.partitions.map { TopicPartition(entry.topic, $0) }
        }
    }

    static func encode(assignment: [TopicPartition]) -> Bytes {
        var data = ConsumerProtocolAssignment()
        for (topic, partitions) in byTopic(assignment) {
            var entry = ConsumerProtocolAssignment.TopicPartition()
            entry.topic = topic
            entry.partitions = partitions
            data.assignedPartitions.append(entry)
        }
        return data.versioned(3)
    }

    private static func byTopic(_ partitions: [TopicPartition]) -> [(String, [Int32])] {
        Dictionary(grouping: partitions, by: \.topic).sorted { $0.key < $1.key }.map { ($0.key, $0.value.map(\.partition)) }
    }
}
