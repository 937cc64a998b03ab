import Coordination
import KafkaProtocol
import Testing
import Vocabulary

@testable import Simulation

/// What the scripted controller of a cluster makes of partitions.
@Suite struct PartitionChangeTests {
    private func partition(_ replicas: [Int32], inSync: [Int32], leader: Int32, eligible: [Int32] = [], lastKnown: [Int32] = []) -> PartitionImage {
        var partition = PartitionImage()
        (partition.replicas, partition.isr, partition.leader) = (replicas, inSync, leader)
        (partition.eligibleLeaderReplicas, partition.lastKnownElr) = (eligible, lastKnown)
        partition.directories = replicas.map { Uuid(high: 1, low: UInt64($0)) }
        return partition
    }

    private func record(
        _ partition: PartitionImage, hasElr: Bool = true, alive: Set<Int32>, _ make: (inout PartitionChange) -> Void = { _ in }
    ) -> PartitionChangeRecord? {
        var change = PartitionChange(partition, hasElr: hasElr, minInSync: 2) { alive.contains($0) }
        make(&change)
        return change.record(Uuid(high: 2, low: 2), 0) { Uuid(high: 1, low: UInt64($0)) }?.message as? PartitionChangeRecord
    }

    @Test func theNextInSyncLeadsWhenTheLeaderGoes() throws {
        let change = try #require(record(partition([1, 2, 3], inSync: [1, 3], leader: 1), alive: [2, 3]) { $0.inSync = [3] })
        #expect(change.leader == 3 && change.isr == [3] && change.eligibleLeaderReplicas == [1])
        #expect(record(partition([1, 2, 3], inSync: [1, 3], leader: 1), alive: [1, 2, 3]) == nil)
    }

    @Test func theLastOneStaysTheOnlyOneThatMayLead() throws {
        let alone = partition([1, 2, 3], inSync: [1], leader: 1)
        let before = try #require(record(alone, hasElr: false, alive: [2, 3]) { $0.inSync = [] })
        #expect(before.leader == -1 && before.isr == nil && before.eligibleLeaderReplicas == nil)
        let now = try #require(record(alone, alive: [2, 3]) { $0.inSync = [] })
        #expect(now.leader == -1 && now.isr == [] && now.eligibleLeaderReplicas == [1] && now.lastKnownElr == [1])
        #expect(record(partition([1, 2, 3], inSync: [], leader: -1, eligible: [1], lastKnown: [1]), alive: [2, 3]) == nil)
    }

    @Test func eligibleLeadersAndTheLastOneComeBack() throws {
        let eligible = try #require(record(partition([1, 2, 3], inSync: [], leader: -1, eligible: [1, 2], lastKnown: [1]), alive: [2]))
        #expect(eligible.leader == 2 && eligible.isr == [2] && eligible.eligibleLeaderReplicas == [1] && eligible.lastKnownElr == [])
        #expect(eligible.leaderRecoveryState == -1)
        // All stopped out of order: who led last has the most.
        let last = try #require(record(partition([1, 2, 3], inSync: [], leader: -1, lastKnown: [3]), alive: [1, 2, 3]))
        #expect(last.leader == 3 && last.isr == [3] && last.leaderRecoveryState == 1)
        let unclean = try #require(record(partition([1, 2], inSync: [], leader: -1, eligible: [1, 2], lastKnown: [1]), alive: []) { $0.unclean = 2 })
        #expect(unclean.eligibleLeaderReplicas == [1])
    }

    @Test func aReassignmentEndsWithTheNewReplicasInSync() throws {
        var moving = partition([3, 2, 1], inSync: [1, 2], leader: 1)
        (moving.addingReplicas, moving.removingReplicas) = ([3], [1])
        #expect(record(moving, alive: [1, 2, 3]) == nil)
        let done = try #require(record(moving, alive: [1, 2, 3]) { $0.inSync = [1, 2, 3] })
        #expect(done.replicas == [3, 2] && done.isr == [2, 3] && done.leader == 3 && done.addingReplicas == [] && done.removingReplicas == [])
        // Who is taken away may never lead here again for what it had.
        let short = try #require(record(moving, alive: [1, 3]) { $0.inSync = [1, 3] })
        #expect(short.isr == [3] && short.eligibleLeaderReplicas == [2])
    }

    @Test func thePreferredReplicaLeadsWhenItIsInSync() throws {
        let partition = partition([1, 2], inSync: [2, 1], leader: 2)
        #expect(record(partition, alive: [1, 2]) == nil)
        #expect(record(partition, alive: [1, 2]) { $0.election = .preferred }?.leader == 1)
        #expect(record(partition, alive: [2]) { $0.election = .preferred } == nil)
    }
}
