/// Each topic on its own: its partitions in order, cut into as many runs as the topic has members, the first runs one longer.
enum RangeAssignment {
    static func assign(_ counts: [String: Int32], _ members: [MemberSubscription]) -> [String: [TopicPartition]] {
        var result = Dictionary(members.map { ($0.memberId, [TopicPartition]()) }, uniquingKeysWith: { first, _ in first })
        let ordered = members.sorted(by: MemberSubscription.precedes)
        for (topic, count) in counts.sorted(by: { $0.key < $1.key }) {
            let takers = ordered.filter { $0.topics.contains(topic) }
            if takers.isEmpty { continue }
            let (share, extra) = count.quotientAndRemainder(dividingBy: Int32(takers.count))
            var next: Int32 = 0
            for (index, member) in takers.enumerated() {
                let run = share + (index < extra ? 1 : 0)
                result[member.memberId, default: []] += (next..<next + run).map { TopicPartition(topic, $0) }
                next += run
            }
        }
        return result
    }
}
