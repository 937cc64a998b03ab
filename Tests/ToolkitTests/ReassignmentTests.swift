import KafkaClient
import KafkaProtocol
import Testing
import Vocabulary

@testable import Toolkit

private func plan(_ text: String) throws -> ReassignmentPlan { try ReassignmentPlan(JSONReader.parse(text)) }

@Suite struct ReassignmentPlanTests {
    @Test func aPlanIsReadAndWritten() throws {
        let text =
            #"{"version":1,"partitions":[{"topic":"a","partition":0,"replicas":[1,2],"log_dirs":["any","/d"]},{"topic":"a","partition":1,"replicas":[3],"log_dirs":["any"]}]}"#
        let plan = try plan(text)
        #expect(plan.directories == [PartitionReplica(TopicPartition("a", 0), broker: 2): "/d"])
        #expect(ReassignmentPlan.json(plan.targets, plan.directories).text == text)
        try plan.check()
    }

    @Test(arguments: [
        (#"{"partitions":[]}"#, "Partition reassignment list cannot be empty"),
        (#"{"partitions":[{"topic":"a","partition":0,"replicas":[]}]}"#, "Partition replica list cannot be empty"),
        (
            #"{"partitions":[{"topic":"a","partition":0,"replicas":[1]},{"topic":"a","partition":0,"replicas":[1]}]}"#,
            "Partition reassignment contains duplicate topic partitions: a-0"
        ),
        (
            #"{"partitions":[{"topic":"a","partition":0,"replicas":[1,1]}]}"#,
            "Partition replica lists may not contain duplicate entries: a-0 contains multiple entries for 1"
        ),
        (
            #"{"partitions":[{"topic":"a","partition":0,"replicas":[1],"log_dirs":[]}]}"#,
            "Size of replicas list [1] is different from size of log dirs list [] for partition a-0"
        ),
        (#"{"version":2,"partitions":[]}"#, "Not supported version field value 2"), ("[]", "The input string is not a valid JSON"),
        (#"{"partitions":[{"topic":"a"}]}"#, "each of the partitions needs a \"topic\" and a \"partition\""),
        (#"{"partitions":[{"topic":"a","partition":0,"replicas":["x"]}]}"#, "a-0 needs \"replicas\", a list of broker ids"),
    ])
    func whatIsNoPlanIsRefused(_ text: String, _ reason: String) {
        let error = #expect(throws: ToolError.self) { try plan(text).check() }
        #expect(error?.message == reason)
        #expect(error?.exit == .usage)
    }

    @Test func topicsToMoveAreNamedOnce() throws {
        #expect(try ReassignmentPlan.topics(JSONReader.parse(#"{"version":1,"topics":[{"topic":"b"},{"topic":"a"}]}"#)) == ["b", "a"])
        #expect(throws: ToolError.self) { try ReassignmentPlan.topics(JSONReader.parse(#"{"topics":[{"topic":"b"},{"topic":"b"}]}"#)) }
    }
}

@Suite struct ReplicaPlacementTests {
    @Test(arguments: 1...20)
    func replicasAreSpreadOverRacksAndBrokers(seed: UInt64) throws {
        let brokers: [(id: Int32, rack: String?)] = [(1, "a"), (2, "a"), (3, "b"), (4, "b"), (5, "c"), (6, "c")]
        var placement = ReplicaPlacement(brokers, random: SeededGenerator(seed: seed))
        let placed = try placement.place(partitions: 60, replicationFactor: 3)
        let racks = Dictionary(uniqueKeysWithValues: brokers)
        for replicas in placed { #expect(Set(replicas.map { racks[$0] ?? nil }).count == 3, "each rack has one: \(replicas)") }
        let leaders = Dictionary(grouping: placed) { $0[0] }.mapValues(\.count)
        #expect(leaders.count == 6 && leaders.values.allSatisfy { (5...15).contains($0) }, "\(leaders)")
    }

    @Test func brokersWithoutRacksAreOneRack() throws {
        var placement = ReplicaPlacement([(1, nil), (2, nil), (3, nil)], random: SeededGenerator(seed: 4))
        for replicas in try placement.place(partitions: 30, replicationFactor: 3) { #expect(Set(replicas) == [1, 2, 3]) }
    }

    @Test func tooFewBrokersAreRefused() {
        #expect(throws: ToolError.self) {
            var placement = ReplicaPlacement([(1, nil)], random: SeededGenerator(seed: 1))
            _ = try placement.place(partitions: 1, replicationFactor: 2)
        }
        #expect(throws: ToolError.self) {
            var placement = ReplicaPlacement([], random: SeededGenerator(seed: 1))
            _ = try placement.place(partitions: 1, replicationFactor: 1)
        }
    }
}

@Suite struct ReplicationThrottleTests {
    @Test func whatMovesIsLimitedAtBothEnds() {
        let (t0, t1) = (TopicPartition("t", 0), TopicPartition("t", 1))
        var running = ReplicationThrottle.Running.Value()
        running.replicas = [3, 1, 2]
        running.addingReplicas = [3]
        running.removingReplicas = [2]
        let moves = ReplicationThrottle.moves([t0: [1, 3]], from: [t0: [1, 2]], [t1: running])
        #expect(moves[t0] == ReplicationThrottle.Move(sources: [1, 2], destinations: [3]))
        #expect(moves[t1] == ReplicationThrottle.Move(sources: [1, 2], destinations: [3]))
        // What is on its way already keeps its sources.
        #expect(ReplicationThrottle.moves([t1: [4]], from: [t1: [1, 2, 3]], [t1: running])[t1] == .init(sources: [1, 2], destinations: [4]))
    }
}

@Suite struct KafkaFeatureTests {
    @Test func releasesHaveTheLevelsOfKafka() throws {
        #expect(try KafkaRelease.named("4.0") == KafkaRelease(level: 25, name: "4.0-IV3"))
        #expect(try KafkaRelease.named("4.0.1").level == 25)
        #expect(try KafkaRelease.named("3.9-IV0").level == 21)
        #expect(KafkaRelease.all.last?.level == 31)
        #expect(KafkaRelease.of(level: 30) == KafkaRelease.latest)
        for text in ["", "4", "9.9", "4.0-IV9", "3.2"] { #expect(throws: ToolError.self) { try KafkaRelease.named(text) } }
        let levels = KafkaFeature.all.map { $0.defaultLevel(of: KafkaRelease.latest) }
        #expect(levels == [1, 2, 1, 1, 1, 1])
        #expect(KafkaFeature.all.map { $0.defaultLevel(of: KafkaRelease.all[0]) } == [0, 0, 0, 0, 0, 0])
    }

    @Test func aFeatureAndItsLevelAreReadAsJavaReadsThem() throws {
        #expect(try KafkaFeature.nameAndLevel(" a = 3 ") == ("a", 3))
        for text in ["a", "a=", "a=x", "a=40000"] { #expect(throws: ToolError.self) { try KafkaFeature.nameAndLevel(text) } }
    }
}
