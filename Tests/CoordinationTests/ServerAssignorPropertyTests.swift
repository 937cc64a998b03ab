import KafkaProtocol
import Testing
import Vocabulary

@testable import Coordination

/// Groups that change at random, from a seed.
@Suite struct ServerAssignorPropertyTests {
    struct Group {
        var random: SeededGenerator
        let isHomogeneous: Bool
        var partitions: [Uuid: Int32] = [:]
        var members: [String: AssignorMember] = [:]
        var joined = 0

        init(seed: UInt64, isHomogeneous: Bool) {
            random = SeededGenerator(seed: seed)
            self.isHomogeneous = isHomogeneous
            for number in 1...UInt64.random(in: 1...6, using: &random) { partitions[Uuid(high: 0, low: number)] = .random(in: 1...20, using: &random) }
            for _ in 1...Int.random(in: 1...8, using: &random) { join() }
        }

        mutating func subscription() -> Set<Uuid> {
            if isHomogeneous { return Set(partitions.keys) }
            return Set(partitions.keys.sorted().filter { _ in Bool.random(using: &random) })
        }

        mutating func join() {
            joined += 1
            let instance = Bool.random(using: &random) ? "i\(joined)" : nil
            members["m\(UInt8.random(in: 0...255, using: &random))-\(joined)"] = AssignorMember(instanceId: instance, topics: subscription(), assigned: [:])
        }

        mutating func change() {
            let id = members.keys.sorted().randomElement(using: &random)
            let topic = partitions.keys.sorted().randomElement(using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: for _ in 1...Int.random(in: 1...3, using: &random) { join() }
            case 1: if let id, members.count > 1 { members[id] = nil }
            case 2: if let topic { partitions[topic, default: 0] += .random(in: 1...10, using: &random) }
            case 3:
                // A topic goes and is forgotten by its subscribers, though not by their assignments.
                guard let topic, partitions.count > 1, Int.random(in: 0..<3, using: &random) == 0 else { return }
                partitions[topic] = nil
                for id in members.keys { members[id]?.topics.remove(topic) }
            default:
                if isHomogeneous {
                    let topics = Set([Uuid(high: 1, low: UInt64(joined))]).union(partitions.keys)
                    for topic in topics where partitions[topic] == nil { partitions[topic] = .random(in: 1...5, using: &random) }
                    for id in members.keys { members[id]?.topics = topics }
                } else if let id {
                    let topics = subscription()
                    members[id]?.topics = topics
                }
            }
        }

        /// What members have of what they may still have.
        var kept: [String: AssignedPartitions] {
            members.mapValues { member in
                member.assigned.filter { member.topics.contains($0.key) && partitions[$0.key] != nil }
            }
        }

        func size(_ assigned: AssignedPartitions?) -> Int { assigned?.values.reduce(0) { $0 + $1.count } ?? 0 }

        func moved(_ answer: [String: AssignedPartitions]) -> Int {
            var moved = 0
            for (id, assigned) in kept {
                for (topic, partitions) in assigned { moved += partitions.subtracting(answer[id]?[topic] ?? []).count }
            }
            return moved
        }

        /// Every partition of every subscribed topic exactly once, and only to a subscriber.
        func checkIsComplete(_ answer: [String: AssignedPartitions], _ comment: Comment) {
            #expect(Set(answer.keys) == Set(members.keys), comment)
            var given: [Uuid: [Int32]] = [:]
            for (id, assigned) in answer {
                for (topic, partitions) in assigned {
                    #expect(members[id]?.topics.contains(topic) == true && !partitions.isEmpty, comment)
                    given[topic, default: []] += partitions
                }
            }
            let subscribed = members.values.reduce(into: Set()) { $0.formUnion($1.topics) }
            for (topic, count) in partitions {
                #expect((given[topic] ?? []).sorted() == (subscribed.contains(topic) ? Array(0..<count) : []), comment)
            }
        }

        /// No partition could go to another subscriber of its topic and bring the two closer.
        func checkIsBalanced(_ answer: [String: AssignedPartitions], _ comment: Comment) {
            for (owner, assigned) in answer {
                for topic in assigned.keys {
                    for (other, member) in members where member.topics.contains(topic) {
                        #expect(size(assigned) - size(answer[other]) <= 1, "\(owner), \(other), \(topic): \(comment)")
                    }
                }
            }
        }

        /// Nobody can keep more than its share: the quota, or one more for as many as that is due to.
        func checkMovesAreFewest(_ answer: [String: AssignedPartitions], _ comment: Comment) {
            let total = partitions.values.reduce(0) { $0 + Int($1) }
            let (quota, longer) = total.quotientAndRemainder(dividingBy: members.count)
            let sizes = kept.values.map { size($0) }
            let most = sizes.reduce(0) { $0 + min($1, quota) } + min(longer, sizes.filter { $0 > quota }.count)
            #expect(moved(answer) == sizes.reduce(0, +) - most, comment)
        }
    }

    @Test(arguments: ServerAssignor.allCases, 1...40 as ClosedRange<UInt64>)
    func groupsStayCompleteBalancedAndSticky(assignor: ServerAssignor, seed: UInt64) {
        var group = Group(seed: seed, isHomogeneous: seed % 2 == 0)
        for step in 0..<40 {
            let comment: Comment = "seed \(seed), step \(step)"
            let answer = assignor.assign(members: group.members, partitions: group.partitions)
            group.checkIsComplete(answer, comment)
            if assignor == .uniform {
                group.checkIsBalanced(answer, comment)
                if group.isHomogeneous { group.checkMovesAreFewest(answer, comment) }
            }
            // The same question, from dictionaries in another order.
            var shuffled = [String: AssignorMember](minimumCapacity: 1000)
            for (id, member) in group.members.shuffled(using: &group.random) { shuffled[id] = member }
            #expect(assignor.assign(members: shuffled, partitions: group.partitions) == answer, comment)

            for (id, assigned) in answer { group.members[id]?.assigned = assigned }
            #expect(assignor.assign(members: group.members, partitions: group.partitions) == answer, comment)
            group.change()
        }
    }
}
