import Foundation
import KafkaProtocol
import Testing
import Vocabulary

@testable import KafkaClient

@Suite struct AssignorTests {
    struct Case: Decodable {
        struct Member: Decodable {
            var topics: [String]
            var groupInstanceId: String?
            var generation: Int32?
            var owned: [String]?
            var rack: String?
        }
        var assignor: String
        var partitions: [String: Int32]
        /// The racks of each partition's replicas.
        var racks: [String: [String]]?
        var members: [String: Member]
        var assignment: [String: [String]]
    }

    static func partition(_ text: String) throws -> TopicPartition {
        let dash = try #require(text.lastIndex(of: "-"))
        return TopicPartition(String(text[..<dash]), try #require(Int32(text[text.index(after: dash)...])))
    }

    @Test(arguments: [("assignors", 1370), ("assignors-racks", 480)])
    func answersAreJavasOnEveryVector(file: String, count: Int) throws {
        let url = try #require(Bundle.module.url(forResource: file, withExtension: "jsonl", subdirectory: "Fixtures"))
        var checked = 0
        for line in try String(contentsOf: url, encoding: .utf8).split(separator: "\n") {
            let vector = try JSONDecoder().decode(Case.self, from: Data(line.utf8))
            let assignor = try #require(Assignor(rawValue: vector.assignor))
            let members = try vector.members.sorted { $0.key < $1.key }.map { id, member in
                let owned = try (member.owned ?? []).map(Self.partition)
                var subscription = MemberSubscription(memberId: id, groupInstanceId: member.groupInstanceId, topics: member.topics, rackId: member.rack)
                if let generation = member.generation {
                    subscription.ownedPartitions = owned
                    subscription.generationId = generation
                    subscription.userData = assignor.userData(assigned: owned, generation: generation)
                }
                return subscription
            }
            var racks: [TopicPartition: Set<String>] = [:]
            for (name, partitionRacks) in vector.racks ?? [:] { racks[try Self.partition(name)] = Set(partitionRacks) }
            let answer = assignor.assign(partitionCounts: vector.partitions, members: members, racks: racks)
            let expected = try vector.assignment.mapValues { try Set($0.map(Self.partition)) }
            #expect(answer.mapValues { Set($0) } == expected, "\(line)")
            let given: Int = answer.values.reduce(0) { $0 + $1.count }
            let due: Int = expected.values.reduce(0) { $0 + $1.count }
            #expect(given == due)
            checked += 1
        }
        #expect(checked == count)
    }

    @Test func twoMembersClaimingOnePartitionInOneGenerationBothLoseIt() {
        let claim = [TopicPartition("t", 0)]
        let members = ["a", "b"].map { MemberSubscription(memberId: $0, topics: ["t"], ownedPartitions: claim, generationId: 4) }
        let answer = Assignor.cooperativeSticky.assign(partitionCounts: ["t": 2], members: members)
        let given: [TopicPartition] = answer.values.flatMap { $0 }
        #expect(given == [TopicPartition("t", 1)])
    }

    @Test func staticMembersKeepTheirRangeWhenTheirMemberIdChanges() {
        let counts: [String: Int32] = ["t": 4]
        func members(_ first: String, _ second: String) -> [MemberSubscription] {
            [
                MemberSubscription(memberId: first, groupInstanceId: "one", topics: ["t"]),
                MemberSubscription(memberId: second, groupInstanceId: "two", topics: ["t"]),
            ]
        }
        let half = [TopicPartition("t", 0), TopicPartition("t", 1)]
        #expect(Assignor.range.assign(partitionCounts: counts, members: members("a", "b"))["a"] == half)
        #expect(Assignor.range.assign(partitionCounts: counts, members: members("z", "b"))["z"] == half)
    }

    @Test func hashOrderIsJavas() {
        #expect(JavaHash.of("hello") == 99_162_322)
        #expect(JavaHash.ordered(["m10", "m2", "m1"]) { JavaHash.of($0) } == ["m1", "m2", "m10"])
    }

    @Test func unreadableUserDataMeansNoHistory() {
        let member = MemberSubscription(memberId: "a", topics: ["t"], userData: [1, 2, 3])
        #expect(Assignor.sticky.assign(partitionCounts: ["t": 1], members: [member]) == ["a": [TopicPartition("t", 0)]])
    }
}
