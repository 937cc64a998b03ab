import Foundation
import KafkaProtocol
import Testing

@testable import Coordination

@Suite struct ServerAssignorTests {
    static let one = topic(1), two = topic(2), three = topic(3)

    static func topic(_ number: UInt64) -> Uuid { Uuid(high: 0, low: number) }

    static func member(_ topics: Set<Uuid>, _ assigned: AssignedPartitions = [:], instance: String? = nil) -> AssignorMember {
        AssignorMember(instanceId: instance, topics: topics, assigned: assigned)
    }

    // MARK: range

    @Test func rangeGivesTheFirstMembersOneMoreInEveryTopic() {
        let members = ["a", "b", "c"].reduce(into: [:]) { $0[$1] = Self.member([Self.one, Self.two]) }
        #expect(
            ServerAssignor.range.assign(members: members, partitions: [Self.one: 7, Self.two: 4]) == [
                "a": [Self.one: [0, 1, 2], Self.two: [0, 1]], "b": [Self.one: [3, 4], Self.two: [2]], "c": [Self.one: [5, 6], Self.two: [3]],
            ])
    }

    @Test func rangeServesStaticMembersFirstByInstanceId() {
        let members = [
            "a": Self.member([Self.one]), "b": Self.member([Self.one], instance: "y"), "c": Self.member([Self.one], instance: "x"),
            "d": Self.member([Self.one]),
        ]
        let expected: [String: AssignedPartitions] = ["c": [Self.one: [0, 1]], "b": [Self.one: [2]], "a": [Self.one: [3]], "d": [Self.one: [4]]]
        #expect(ServerAssignor.range.assign(members: members, partitions: [Self.one: 5]) == expected)

        // Back under another member id, a static member has its range again.
        var after = members
        after["z"] = after.removeValue(forKey: "c")
        #expect(ServerAssignor.range.assign(members: after, partitions: [Self.one: 5])["z"] == expected["c"])
    }

    @Test func rangeCutsEachTopicAmongItsOwnSubscribers() {
        let members = ["a": Self.member([Self.one]), "b": Self.member([Self.one, Self.two]), "c": Self.member([Self.two, Self.three])]
        #expect(
            ServerAssignor.range.assign(members: members, partitions: [Self.one: 3, Self.two: 2, Self.three: 1]) == [
                "a": [Self.one: [0, 1]], "b": [Self.one: [2], Self.two: [0]], "c": [Self.two: [1], Self.three: [0]],
            ])
    }

    @Test func rangeLeavesTheLastMembersEmptyWhenPartitionsAreFew() {
        let members = ["a", "b", "c"].reduce(into: [:]) { $0[$1] = Self.member([Self.one]) }
        #expect(ServerAssignor.range.assign(members: members, partitions: [Self.one: 2]) == ["a": [Self.one: [0]], "b": [Self.one: [1]], "c": [:]])
    }

    // MARK: uniform

    @Test func uniformKeepsWhatItCanWhenMembersComeAndGo() {
        let counts: [Uuid: Int32] = [Self.one: 4, Self.two: 3]
        var members = ["b": Self.member([Self.one, Self.two])]
        func step() -> [String: AssignedPartitions] {
            let answer = ServerAssignor.uniform.assign(members: members, partitions: counts)
            for id in members.keys { members[id]?.assigned = answer[id] ?? [:] }
            return answer
        }
        #expect(step() == ["b": [Self.one: [0, 1, 2, 3], Self.two: [0, 1, 2]]])
        members["a"] = Self.member([Self.one, Self.two])
        #expect(step() == ["a": [Self.two: [0, 1, 2]], "b": [Self.one: [0, 1, 2, 3]]])
        members["c"] = Self.member([Self.one, Self.two])
        #expect(step() == ["a": [Self.two: [0, 1, 2]], "b": [Self.one: [0, 1]], "c": [Self.one: [2, 3]]])
        members["b"] = nil
        #expect(step() == ["a": [Self.two: [0, 1, 2]], "c": [Self.one: [0, 1, 2, 3]]])
    }

    /// `c` can take from `b` only, which makes room there for what `a` has too much.
    @Test func uniformEvensOutDifferentSubscriptions() {
        let counts: [Uuid: Int32] = [Self.one: 4, Self.two: 4]
        var members = ["a": Self.member([Self.one]), "b": Self.member([Self.one, Self.two])]
        let first = ServerAssignor.uniform.assign(members: members, partitions: counts)
        #expect(first == ["a": [Self.one: [0, 1, 2, 3]], "b": [Self.two: [0, 1, 2, 3]]])
        for id in members.keys { members[id]?.assigned = first[id] ?? [:] }
        members["c"] = Self.member([Self.two])
        #expect(
            ServerAssignor.uniform.assign(members: members, partitions: counts) == [
                "a": [Self.one: [0, 1, 2]], "b": [Self.one: [3], Self.two: [0, 1]], "c": [Self.two: [2, 3]],
            ])
    }

    @Test(arguments: ServerAssignor.allCases) func whatAMemberMayNotHaveIsIgnored(assignor: ServerAssignor) {
        #expect(assignor.assign(members: [:], partitions: [Self.one: 3]) == [:])
        let stale: AssignedPartitions = [Self.one: [-1, 0, 7], Self.two: [0], Self.three: [1]]
        let members = [
            "a": Self.member([Self.one, Self.three], stale), "b": Self.member([Self.one, Self.three], stale), "c": Self.member([], stale),
        ]
        // `three` is gone, `one` has two partitions, both claim partition 0, and nobody subscribes to `two`.
        #expect(assignor.assign(members: members, partitions: [Self.one: 2, Self.two: 1]) == ["a": [Self.one: [0]], "b": [Self.one: [1]], "c": [:]])
        #expect(assignor.assign(members: members, partitions: [Self.one: 0]) == ["a": [:], "b": [:], "c": [:]])
    }

    @Test(.timeLimit(.minutes(1))) func largeGroupsAreAssignedInTime() {
        let topics = (1...100).map { Self.topic($0) }
        let counts = Dictionary(uniqueKeysWithValues: topics.map { ($0, Int32(100)) })
        var members: [String: AssignorMember] = [:]
        for index in 0..<100 { members["member-\(index)"] = Self.member(Set(topics)) }
        let same = ServerAssignor.uniform.assign(members: members, partitions: counts)
        #expect(same.values.allSatisfy { $0.values.reduce(0) { $0 + $1.count } == 100 })
        // A chain: every topic has two subscribers, every member two topics.
        for index in 0..<100 { members["member-\(index)"]?.topics = [topics[index], topics[(index + 1) % 100]] }
        let chain = ServerAssignor.uniform.assign(members: members, partitions: counts)
        #expect(chain.values.reduce(0) { $0 + $1.values.reduce(0) { $0 + $1.count } } == 10_000)
    }

    // MARK: Java's answers

    struct Vector: Decodable {
        struct Member: Decodable {
            var topics: [UInt64]
            var instanceId: String?
            var assigned: [String]?
        }
        var assignor: String
        var partitions: [String: Int32]
        var members: [String: Member]
        var assignment: [String: [String]]
    }

    static func assigned(_ texts: [String]) throws -> AssignedPartitions {
        try texts.reduce(into: [:]) { assigned, text in
            let parts = text.split(separator: "-")
            assigned[topic(try #require(UInt64(parts[0]))), default: []].insert(try #require(Int32(parts[1])))
        }
    }

    /// The answers of Kafka 4.3.1's classes, asked with members and topics in order: range for any group, uniform for groups with one subscription.
    @Test func answersAreJavas() throws {
        let url = try #require(Bundle.module.url(forResource: "server-assignors", withExtension: "jsonl", subdirectory: "Fixtures"))
        var checked: [ServerAssignor: Int] = [:]
        for line in try String(contentsOf: url, encoding: .utf8).split(separator: "\n") {
            let vector = try JSONDecoder().decode(Vector.self, from: Data(line.utf8))
            let assignor = try #require(ServerAssignor(rawValue: vector.assignor))
            let members = try vector.members.mapValues {
                Self.member(Set($0.topics.map(Self.topic)), try Self.assigned($0.assigned ?? []), instance: $0.instanceId)
            }
            let counts = try vector.partitions.map { (Self.topic(try #require(UInt64($0.key))), $0.value) }
            let answer = assignor.assign(members: members, partitions: Dictionary(uniqueKeysWithValues: counts))
            #expect(try answer == vector.assignment.mapValues(Self.assigned), "\(line)")
            checked[assignor, default: 0] += 1
        }
        #expect(checked == [.range: 90, .uniform: 45])
    }
}
