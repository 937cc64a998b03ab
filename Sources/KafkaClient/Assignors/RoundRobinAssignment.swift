import Vocabulary

/// All partitions of all topics in order, dealt to the members in turn; a member that did not subscribe to the topic is passed over.
enum RoundRobinAssignment {
    static func assign(_ counts: [String: Int32], _ members: [MemberSubscription]) -> [String: [TopicPartition]] {
        var result = Dictionary(members.map { ($0.memberId, [TopicPartition]()) }, uniquingKeysWith: { first, _ in first })
        let circle = members.sorted(by: MemberSubscription.precedes).map { (id: $0.memberId, topics: Set($0.topics)) }
        var turn = 0
        for (topic, count) in counts.sorted(by: { $0.key < $1.key }) where circle.contains(where: { $0.topics.contains(topic) }) {
            for partition in 0..<count {
                while !circle[turn].topics.contains(topic) { turn = (turn + 1) % circle.count }
                result[circle[turn].id, default: []].append(TopicPartition(topic, partition))
                turn = (turn + 1) % circle.count
            }
        }
        return result
    }
}
