import Vocabulary

/// Each topic on its own: its partitions in order, cut into as many runs as the topic has members, the first runs one longer. Where racks make a difference
/// members first get partitions with a replica in their rack, the same numbers of topics with the same members and numbers of partitions (KIP-881).
struct RangeAssignment {
    /// One topic on the way.
    private struct Topic {
        let name: String
        let count: Int32
        let members: [String]
        let racks: RackInfo
        var unassigned: [TopicPartition]
        private var given: [String: Int] = [:]
        private let share: Int
        private var extra: Int

        init(_ name: String, _ count: Int32, _ members: [MemberSubscription], _ racks: [TopicPartition: Set<String>]) {
            self.name = name
            self.count = count
            self.members = members.map(\.memberId)
            unassigned = (0..<count).map { TopicPartition(name, $0) }
            self.racks = RackInfo(members, partitions: unassigned, racks: racks)
            (share, extra) = Int(count).quotientAndRemainder(dividingBy: members.count)
        }

        func room(_ member: String) -> Int { max(0, share + (extra > 0 ? 1 : 0) - (given[member] ?? 0)) }

        mutating func give(_ partitions: [TopicPartition], to member: String) {
            given[member, default: 0] += partitions.count
            if given[member, default: 0] > share { extra -= 1 }
            let gone = Set(partitions)
            unassigned.removeAll { gone.contains($0) }
        }
    }

    private var topics: [Topic]
    private var result: [String: [TopicPartition]]
    private let memberRacks: [String: String]
    private let partitionRacks: [TopicPartition: Set<String>]

    static func assign(
        _ counts: [String: Int32], _ members: [MemberSubscription], racks: [TopicPartition: Set<String>]
    ) -> [String: [TopicPartition]] {
        var assignment = RangeAssignment(counts, members, racks)
        return assignment.assign()
    }

    private init(_ counts: [String: Int32], _ members: [MemberSubscription], _ racks: [TopicPartition: Set<String>]) {
        result = Dictionary(members.map { ($0.memberId, [TopicPartition]()) }, uniquingKeysWith: { first, _ in first })
        let ordered = members.sorted(by: MemberSubscription.precedes)
        topics = counts.sorted { $0.key < $1.key }.compactMap { topic, count in
            let takers = ordered.filter { $0.topics.contains(topic) }
            return takers.isEmpty ? nil : Topic(topic, count, takers, racks)
        }
        partitionRacks = racks
        memberRacks = Dictionary(members.map { ($0.memberId, $0.rackId ?? "") }, uniquingKeysWith: { first, _ in first })
    }

    private mutating func assign() -> [String: [TopicPartition]] {
        let usesRacks = topics.contains { $0.racks.isUsed }
        if usesRacks { assignByRack() }
        for index in topics.indices { assignRuns(index) { _, _ in true } }
        return usesRacks ? result.mapValues { $0.sorted() } : result
    }

    private mutating func assignRuns(_ index: Int, _ mayTake: (String, TopicPartition) -> Bool) {
        for member in topics[index].members {
            if topics[index].unassigned.isEmpty { return }
            let run = topics[index].unassigned.filter { mayTake(member, $0) }.prefix(topics[index].room(member))
            if run.isEmpty { continue }
            result[member, default: []] += run
            topics[index].give(Array(run), to: member)
        }
    }

    private struct Shape: Hashable {
        var members: [String]
        var count: Int32
    }

    private mutating func assignByRack() {
        for group in Dictionary(grouping: topics.indices, by: { Shape(members: topics[$0].members.sorted(), count: topics[$0].count) }).values {
            if group.count > 1 {
                assignTogether(group)
            } else if let index = group.first, topics[index].racks.isUsed {
                let racks = topics[index].racks
                assignRuns(index) { !racks.isFar($0, $1) }
            }
        }
    }

    /// Topics of one shape: partition n of all of them goes to one member, as joins of such topics need it.
    private mutating func assignTogether(_ group: [Int]) {
        guard let first = group.first, topics[first].members.contains(where: { !(memberRacks[$0] ?? "").isEmpty }) else { return }
        var remaining = topics[first].members
        for number in 0..<topics[first].count {
            let match = remaining.first { member in
                group.allSatisfy { topics[$0].room(member) > 0 && isNear(member, topics[$0], number) }
            }
            guard let member = match else { continue }
            for index in group {
                let partition = TopicPartition(topics[index].name, number)
                result[member, default: []].append(partition)
                topics[index].give([partition], to: member)
            }
            if group.allSatisfy({ topics[$0].room(member) == 0 }) { remaining.removeAll { $0 == member } }
            if remaining.isEmpty { return }
        }
    }

    private func isNear(_ member: String, _ topic: Topic, _ number: Int32) -> Bool {
        guard let rack = memberRacks[member], !rack.isEmpty else { return true }
        return partitionRacks[TopicPartition(topic.name, number)]?.contains(rack) == true
    }
}
